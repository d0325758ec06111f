import Glibc
import TestSupport

@testable import Jetstream

/// An event of a stream that a test's server sends, or bytes in its place that no client can read.
struct StreamEvent: Sendable {
    static let start: Int64 = 1_783_175_888_000_000

    /// By which it is known again.
    var key: String
    var timeMicroseconds: Int64
    /// What is sent for it in place of a good frame.
    var badBytes: [UInt8]?
    var paddingBytes = 0

    /// Events that are `spacing` apart.
    static func row(_ count: Int, spacing: Int64, paddingBytes: Int = 0) -> [StreamEvent] {
        (0..<count).map { index in
            StreamEvent(
                key: "k\(index)",
                timeMicroseconds: start + Int64(index) * spacing,
                paddingBytes: paddingBytes
            )
        }
    }

    var message: String {
        """
        {"did":"did:web:example.com","time_us":\(timeMicroseconds),"kind":"commit","commit":{\
        "rev":"\(TID(lastAt: timeMicroseconds).text)","operation":"create","collection":"com.example.test",\
        "rkey":"\(key)","record":{"text":"\(String(repeating: "x", count: paddingBytes))"},"cid":"bafy"}}
        """
    }

    var bytes: [UInt8] { badBytes ?? ServerFrame.text(message) }
}

/// What a client asked for in the path of its request.
struct StreamRequest: Sendable {
    var target: String

    /// The cursor; nil when there is none.
    var cursor: Int64? { values("cursor").first.flatMap { Int64($0) } }

    func values(_ name: String) -> [String] {
        target.split(separator: "?").dropFirst().joined().split(separator: "&")
            .filter { $0.hasPrefix("\(name)=") }
            .map { String($0.dropFirst(name.count + 1)) }
    }
}

extension RawPeer {
    /// Reads the request and answers it; returns what was asked for.
    func acceptStream() throws -> StreamRequest {
        let request = try readRequest()
        try write(Self.goodAnswer(to: request))
        return Self.stream(of: request)
    }

    /// Reads what the client sends until it ends the connection, however long it is silent.
    func hold() throws -> [ClientFrame] {
        while true {
            do {
                return try readFramesThroughClose()
            } catch Failure.systemCallFailed(name: "recv", errorNumber: EAGAIN) {
                continue
            }
        }
    }

    static func stream(of request: [String]) -> StreamRequest {
        StreamRequest(target: request.first?.split(separator: " ").dropFirst().first.map(String.init) ?? "")
    }
}
