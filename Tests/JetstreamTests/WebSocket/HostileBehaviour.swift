import TestSupport
import Testing

@testable import Jetstream

/// One thing that a hostile or broken server does, and how it has to end.
///
/// The names are those of docs/CONFORMANCE.md and of scripts/rigs, where the built program meets the same behaviours.
struct HostileBehaviour: Sendable, CustomTestStringConvertible {
    /// How a connection ended for the client.
    enum Ending: Equatable {
        /// An answer of another status than 101; nothing of a WebSocket was sent.
        case refused(Int)
        /// An answer that is no handshake.
        case noHandshake
        case timedOut
        /// Without a close frame from either side.
        case lost
        case violation(UInt16)
        case tooBig
        case badText
        case closedByServer(UInt16?)
        case other

        init(_ error: WebSocketError) {
            self =
                switch error {
                case .refused(let status, _, _): .refused(status)
                case .invalidHandshake: .noHandshake
                case .handshakeTimedOut: .timedOut
                case .connectionLost: .lost
                case .protocolViolation(let code, _): .violation(code)
                case .messageTooBig: .tooBig
                case .invalidUTF8: .badText
                case .closedByServer(let code, _): .closedByServer(code)
                default: .other
                }
        }

        /// The codes of the close frames that the server has to see.
        var closeCodes: [UInt16?] {
            switch self {
            case .violation(let code): [code]
            case .tooBig: [1009]
            case .badText: [1007]
            case .closedByServer(let code): [code]
            default: []
            }
        }
    }

    let name: String
    let ending: Ending
    /// Whether the server agrees to the upgrade before the script begins.
    var isUpgraded = true
    var handshakeTimeout = Duration.seconds(20)
    /// Whether the server keeps its end of TCP open until the client drops the connection.
    var staysOpen = false
    let script: @Sendable (RawPeer) throws -> Void

    var testDescription: String { name }

    /// After the upgrade, these bytes.
    init(_ name: String, _ ending: Ending, _ bytes: [UInt8]) {
        self.init(name, ending) { try $0.write(bytes) }
    }

    /// After the upgrade, this script.
    init(_ name: String, _ ending: Ending, script: @escaping @Sendable (RawPeer) throws -> Void) {
        self.name = name
        self.ending = ending
        self.script = script
    }

    /// In place of the right answer, this one.
    init(_ name: String, _ ending: Ending, answer change: @escaping @Sendable ([String]) -> [String]) {
        self.init(name, ending) { try $0.write(RawPeer.goodAnswer(to: $0.readRequest(), change: change)) }
        isUpgraded = false
    }

    /// In place of an answer, this script, which begins when the request was read.
    init(
        handshake name: String,
        _ ending: Ending,
        timeout: Duration = .seconds(20),
        script: @escaping @Sendable (RawPeer) throws -> Void
    ) {
        self.init(name, ending) { peer in
            _ = try peer.readRequest()
            try script(peer)
        }
        isUpgraded = false
        handshakeTimeout = timeout
    }

    func keepingOpen() -> HostileBehaviour {
        var behaviour = self
        behaviour.staysOpen = true
        return behaviour
    }
}

extension RawPeer {
    /// Sends the same bytes again and again, until the client has dropped the connection.
    func writeWithoutEnd(_ bytes: [UInt8], pauseMilliseconds: UInt32 = 0) throws {
        while true {
            try write(bytes)
            if pauseMilliseconds > 0 { pause(milliseconds: pauseMilliseconds) }
        }
    }

    /// Sends bytes one at a time, far apart, and then nothing.
    func trickle(_ bytes: [UInt8], pauseMilliseconds: UInt32) throws {
        for byte in bytes {
            try write([byte])
            pause(milliseconds: pauseMilliseconds)
        }
    }
}
