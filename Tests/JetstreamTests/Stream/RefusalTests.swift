import Testing

@testable import Jetstream

struct RefusalTests {
    @Test(
        arguments: [
            (400, nil, #"{"error":"CursorTooOld","message":"below the floor"}"#, Refusal.cursorTooOld),
            (400, nil, #"{ "message": "x", "error": "UnknownZstdDictionary" }"#, .unknownDictionary),
            (400, nil, #"{"error":"InvalidRequest","message":"CursorTooOld is not meant"}"#, .badRequest),
            (400, nil, "subscribe: invalid cursor", .badRequest),
            (404, nil, #""CursorTooOld""#, .invalid), (401, nil, "", .invalid), (301, nil, "", .invalid),
            (200, nil, "<html>", .invalid), (426, nil, "", .invalid),
            (429, 17, "", .busy(retryAfterSeconds: 17)), (503, nil, "warming up", .busy(retryAfterSeconds: nil)),
            (502, nil, "", .busy(retryAfterSeconds: nil)), (408, nil, "", .busy(retryAfterSeconds: nil)),
        ] as [(Int, Int?, String, Refusal)]
    )
    func `tells what a server means`(status: Int, retryAfter: Int?, body: String, refusal: Refusal) {
        let error = WebSocketError.refused(status: status, retryAfterSeconds: retryAfter, body: body)
        #expect(Refusal(error) == refusal)
    }

    @Test func `an error that is no answer means nothing`() {
        #expect(Refusal(.handshakeTimedOut) == nil)
        #expect(Refusal(.invalidHandshake(reason: "")) == nil)
    }
}
