import Testing

@testable import Jetstream

@Suite struct ResponseBodyTests {
    struct Case: Sendable {
        let status: Int
        let headers: [(String, String)]
        let bytes: String
        let text: String
        let isComplete: Bool
    }

    @Test(arguments: [
        Case(status: 400, headers: [("content-length", "5")], bytes: "helloXX", text: "hello", isComplete: true),
        Case(status: 400, headers: [("content-length", "9")], bytes: "hello", text: "hello", isComplete: false),
        Case(status: 400, headers: [("content-length", "0")], bytes: "hello", text: "", isComplete: true),
        Case(status: 400, headers: [("content-length", "-1")], bytes: "hello", text: "hello", isComplete: false),
        Case(status: 400, headers: [], bytes: "hello", text: "hello", isComplete: false),
        Case(status: 204, headers: [], bytes: "hello", text: "", isComplete: true),
        Case(
            status: 400,
            headers: [("transfer-encoding", "Chunked")],
            bytes: "5;x=1\r\nhello\r\n2\r\n, \r\n5\r\nworld\r\n0\r\n\r\nlate",
            text: "hello, world",
            isComplete: true
        ),
        Case(
            status: 400,
            headers: [("transfer-encoding", "chunked"), ("content-length", "3")],
            bytes: "a\r\n0123456789\r\n",
            text: "0123456789",
            isComplete: false
        ),
        Case(
            status: 400,
            headers: [("transfer-encoding", "chunked")],
            bytes: "\r\nhello",
            text: "",
            isComplete: true
        ),
        Case(
            status: 400,
            headers: [("transfer-encoding", "chunked")],
            bytes: "fffffffff\r\nhello",
            text: "",
            isComplete: true
        ),
    ])
    func `reads what belongs to the body`(sample: Case) {
        let headers = sample.headers.map { ResponseHead.Header(name: $0.0, value: $0.1) }
        let head = ResponseHead(minorVersion: 1, status: sample.status, headers: headers)
        var whole = ResponseBody(head: head)
        Array(sample.bytes.utf8).withUnsafeBytes { whole.append($0) }
        #expect(whole.text == sample.text)
        #expect(whole.isComplete == sample.isComplete)
        var single = ResponseBody(head: head)
        for byte in sample.bytes.utf8 {
            [byte].withUnsafeBytes { single.append($0) }
        }
        #expect(single.text == sample.text)
    }

    @Test(arguments: ["content-length", "transfer-encoding", "x-none"])
    func `keeps 2 KiB of a flood`(header: String) {
        let value = header == "content-length" ? "1000000" : "chunked"
        let headers = [ResponseHead.Header(name: header, value: value)]
        var body = ResponseBody(head: ResponseHead(minorVersion: 1, status: 400, headers: headers))
        let flood = "10000\r\n" + String(repeating: "a", count: 65_536)
        Array(flood.utf8).withUnsafeBytes { body.append($0) }
        #expect(body.isComplete)
        #expect(body.text.utf8.count == ResponseBody.maximumRefusalBytes)
    }

    @Test func `stops at chunk headers without end`() {
        let headers = [ResponseHead.Header(name: "transfer-encoding", value: "chunked")]
        var body = ResponseBody(head: ResponseHead(minorVersion: 1, status: 400, headers: headers))
        Array(
            repeating: UInt8(ascii: ";"),
            count: (ResponseBody.maximumRefusalBytes + ResponseBody.maximumFramingBytes)
        ).withUnsafeBytes { body.append($0) }
        #expect(body.isComplete)
        #expect(body.text == "")
    }

    @Test(arguments: [
        ("5\r\nhello\r\n0\r\n", true), ("5\r\nhello\r\n\r\n", false), ("5\r\nhello\r\n123456789\r\n", false),
        ("5\r\nhel", false),
    ])
    func `chunks that make no sense are no whole body`(text: String, isWhole: Bool) {
        let headers = [ResponseHead.Header(name: "transfer-encoding", value: "chunked")]
        var body = ResponseBody(head: ResponseHead(minorVersion: 1, status: 200, headers: headers))
        Array(text.utf8).withUnsafeBytes { body.append($0) }
        #expect(body.isWhole == isWhole)
        #expect("hello".hasPrefix(body.text))
    }
}
