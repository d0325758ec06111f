import CSimdjson
package import Texts

/// Makes events of messages: Jetstream v1 and v2, as they are on the wire and as the log keeps them.
///
/// Which of the two a message is it says itself: one of v2 has a `$type`. Every message is validated whole (RFC 8259,
/// UTF-8, depth), so that what was accepted once can always be read again. The decoder keeps its buffers from message to
/// message and belongs to one thread at a time.
package final class EventDecoder {
    private let parser: OpaquePointer

    package init() {
        guard let parser = windsock_parser_create() else {
            preconditionFailure("No memory for a JSON parser, which needs a few hundred bytes")
        }
        self.parser = parser
    }

    deinit { windsock_parser_destroy(parser) }

    /// Decodes one message.
    ///
    /// It never fails: what is no event comes back as ``DecodedMessage/unreadable(_:)``, with words that name the field.
    ///
    /// - Parameters:
    ///   - message: the message as it came.
    ///   - texts: where the event's texts are put.
    /// - Returns: the event, or what is wrong with the message.
    package func decode(_ message: UnsafeRawBufferPointer, into texts: TextArena) -> DecodedMessage {
        var envelope = windsock_envelope()
        let bytes = message.assumingMemoryBound(to: CChar.self)
        if let problem = windsock_parse(parser, bytes.baseAddress, bytes.count, &envelope) {
            let reason = texts.add("Not JSON: \(String(cString: problem))")
            return .unreadable(UnreadableMessage(reason: reason))
        }
        let reading = EventReading(envelope: envelope, texts: texts)
        do {
            return .event(try reading.event())
        } catch {
            return .unreadable(
                UnreadableMessage(
                    reason: texts.add(error.reason),
                    did: reading.did,
                    timeMicroseconds: try? reading.timeMicroseconds(),
                    seq: envelope.cursor.positiveInteger
                )
            )
        }
    }
}
