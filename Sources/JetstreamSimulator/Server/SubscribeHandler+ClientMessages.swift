import Foundation
import NIOCore
import NIOWebSocket

/// What clients send: on the first wire options updates, on the second nothing.
extension SubscribeHandler {
    func received(_ frame: WebSocketFrame) {
        guard phase == .streaming || phase == .awaitingHello else { return }
        guard query.wire == .v1 else {
            return close(code: .policyViolation, because: "unexpected data message")
        }
        switch messages.add(frame) {
        case .incomplete: break
        case .tooLong: close(code: .messageTooLarge, because: "message too big")
        case .message(let text): receivedMessage(text)
        }
    }

    private func receivedMessage(_ text: ByteBuffer) {
        let text = Array(text.readableBytesView)
        guard String(validating: text, as: UTF8.self) != nil else {
            return close(code: .dataInconsistentWithMessage, because: "invalid UTF-8")
        }
        do {
            guard let selection = try OptionsUpdate.selection(of: Data(text)) else { return }
            if let code = shared.configuration.optionsRefusalCode {
                return close(code: WebSocketErrorCode(codeNumber: Int(code)), because: "options updates are refused")
            }
            take(selection, text: String(decoding: text, as: UTF8.self))
        } catch {
            switch error {
            case .malformed(let reason): close(code: .dataInconsistentWithMessage, because: reason)
            case .refused(let reason): close(code: .policyViolation, because: reason)
            }
        }
    }

    private func take(_ selection: EventSelection, text: String) {
        filter = StreamFilter(selection, wire: query.wire, names: shared.log.names)
        filter.isBlind = modes.isBlind
        shared.count { $0.optionsUpdates.append(text) }
        if phase == .awaitingHello {
            phase = .streaming
            beginStream()
            applyFaults()
        }
        pump()
    }
}

/// A message of `SubscriberSourcedMessage`, as the real server reads it.
enum OptionsUpdate {
    enum Failure: Error {
        case malformed(String)
        case refused(String)
    }

    private struct Envelope: Decodable {
        let type: String?
    }

    private struct Message: Decodable {
        let payload: Payload
    }

    private struct Payload: Decodable {
        let wantedCollections: [String]?
        let wantedDids: [String]?
        let maxMessageSizeBytes: Int?
    }

    /// The filters that replace the old ones; nil for a message of a type that is ignored.
    ///
    /// - Throws: `Failure`, which ends the connection.
    static func selection(of text: Data) throws(Failure) -> EventSelection? {
        let decoder = JSONDecoder()
        guard let envelope = try? decoder.decode(Envelope.self, from: text) else {
            throw .malformed("bad SubscriberSourcedMessage envelope")
        }
        guard envelope.type == "options_update" else { return nil }
        guard let payload = try? decoder.decode(Message.self, from: text).payload else {
            throw .malformed("bad options_update payload")
        }
        do {
            return try EventSelection(
                wantedCollections: payload.wantedCollections ?? [],
                wantedDids: payload.wantedDids ?? [],
                mostMessageBytes: payload.maxMessageSizeBytes ?? 0
            )
        } catch {
            throw .refused(error.message)
        }
    }
}

/// Puts the frames of a client's messages together.
struct ClientMessages {
    enum Result {
        case incomplete
        case tooLong
        case message(ByteBuffer)
    }

    /// The real server's limit.
    static let mostBytes = 10_000_000

    private var text: ByteBuffer?

    /// Takes a data frame; binary messages are left out.
    mutating func add(_ frame: WebSocketFrame) -> Result {
        switch frame.opcode {
        case .text:
            text = frame.unmaskedData
        case .continuation:
            var more = frame.unmaskedData
            text?.writeBuffer(&more)
        default:
            text = nil
        }
        guard let message = text else { return .incomplete }
        guard message.readableBytes <= Self.mostBytes else { return .tooLong }
        guard frame.fin else { return .incomplete }
        text = nil
        return .message(message)
    }
}
