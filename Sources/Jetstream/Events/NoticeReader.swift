import CSimdjson
import Glibc
import Texts

/// Finds the notices among the messages of a v2 stream.
///
/// It keeps its buffers and belongs to one thread at a time.
package final class NoticeReader {
    /// What a server puts before the name of an event's kind; the first of equal keys counts, so nothing that follows
    /// can make a notice of it.
    private static let eventOpening: StaticString =
        #"{"$type":"message","payload":{"$type":"network.bsky.jetstream.subscribeEvents#"#

    /// More than any notice needs, so that a hostile one does not fill the journal.
    private static let nameLimitBytes = 128
    private static let messageLimitBytes = 1_024

    private let parser: OpaquePointer

    package init() {
        guard let parser = windsock_parser_create() else {
            preconditionFailure("No memory for a JSON parser, which needs a few hundred bytes")
        }
        self.parser = parser
    }

    deinit { windsock_parser_destroy(parser) }

    /// The notice that a message is; nil for every event, and for what cannot be read.
    ///
    /// An event whose keys are in the order in which servers send them is told by its first bytes; any other message is
    /// parsed whole.
    ///
    /// - Parameter message: the message, decompressed.
    /// - Returns: the notice; a text that is missing is '', one that is very long is cut.
    package func notice(in message: UnsafeRawBufferPointer) -> ServerNotice? {
        if NoticeReader.isPlainEvent(message) { return nil }
        var envelope = windsock_envelope()
        let bytes = message.assumingMemoryBound(to: CChar.self)
        guard windsock_parse(parser, bytes.baseAddress, bytes.count, &envelope) == nil else { return nil }
        let name = NoticeReader.text(envelope.name, atMost: NoticeReader.nameLimitBytes)
        let words = NoticeReader.text(envelope.message, atMost: NoticeReader.messageLimitBytes)
        if envelope.type.text == "error" { return .error(name: name, message: words) }
        return envelope.kind.text == "info" && envelope.type.text == "message"
            ? .info(name: name, message: words) : nil
    }

    private static func isPlainEvent(_ message: UnsafeRawBufferPointer) -> Bool {
        guard begins(message, with: eventOpening) else { return false }
        let rest = UnsafeRawBufferPointer(rebasing: message[eventOpening.utf8CodeUnitCount...])
        return begins(rest, with: #"commit""#) || begins(rest, with: #"identity""#)
            || begins(rest, with: #"account""#) || begins(rest, with: #"sync""#)
    }

    private static func begins(_ bytes: UnsafeRawBufferPointer, with start: StaticString) -> Bool {
        let count = start.utf8CodeUnitCount
        guard bytes.count >= count, let address = bytes.baseAddress else { return false }
        return memcmp(address, start.utf8Start, count) == 0
    }

    private static func text(_ value: windsock_value, atMost limit: Int) -> String {
        guard let bytes = value.text?.bytes else { return "" }
        return String(decoding: bytes.prefix(limit), as: UTF8.self)
    }
}
