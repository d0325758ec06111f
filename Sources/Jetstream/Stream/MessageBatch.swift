/// Messages of one connection, in the order in which they arrived, in one run of bytes.
package struct MessageBatch: Sendable {
    /// A message within the batch.
    package struct Message {
        /// The message as it came; valid only within the call that handed it out.
        package var bytes: UnsafeRawBufferPointer
        /// False for a binary message, which a server sends only when compression was asked for.
        package var isText: Bool
        /// When it was complete, in microseconds since the Unix epoch.
        package var receivedAtMicroseconds: Int64

        package init(bytes: UnsafeRawBufferPointer, isText: Bool, receivedAtMicroseconds: Int64) {
            self.bytes = bytes
            self.isText = isText
            self.receivedAtMicroseconds = receivedAtMicroseconds
        }
    }

    private struct Slot {
        var end: Int
        var isText: Bool
        var receivedAtMicroseconds: Int64
    }

    /// The connection that the messages came over.
    package let source: StreamSource
    /// What is to be written down before the messages.
    package let notes: [StreamNote]
    private var bytes: [UInt8] = []
    private var slots: [Slot] = []

    /// Makes an empty batch.
    ///
    /// - Parameters:
    ///   - source: the connection that the messages come over.
    ///   - notes: what is to be written down before them.
    ///   - capacityBytes: the room to make at once, so that the bytes are not moved as they grow, and that buffers of
    ///     one size follow one another.
    package init(source: StreamSource, notes: [StreamNote] = [], capacityBytes: Int = 0) {
        self.source = source
        self.notes = notes
        bytes.reserveCapacity(capacityBytes)
    }

    package var count: Int { slots.count }
    package var isEmpty: Bool { slots.isEmpty }
    /// What the batch takes of memory.
    package var byteCount: Int { bytes.count + slots.count * MessageBatch.bytesPerMessage }

    /// What a message takes beside its own bytes: it counts, or a flood of empty messages would have no bound.
    static let bytesPerMessage = MemoryLayout<Slot>.stride

    package mutating func append(_ message: UnsafeRawBufferPointer, isText: Bool, receivedAtMicroseconds: Int64) {
        bytes.append(contentsOf: message)
        slots.append(Slot(end: bytes.count, isText: isText, receivedAtMicroseconds: receivedAtMicroseconds))
    }

    /// Lends all messages for the length of `body`.
    package func withMessages<Value>(_ body: ([Message]) throws -> Value) rethrows -> Value {
        try bytes.withUnsafeBytes { all in
            var start = 0
            let messages = slots.map { slot in
                defer { start = slot.end }
                return Message(
                    bytes: UnsafeRawBufferPointer(rebasing: all[start..<slot.end]),
                    isText: slot.isText,
                    receivedAtMicroseconds: slot.receivedAtMicroseconds
                )
            }
            return try body(messages)
        }
    }
}

/// Which server messages come from.
package struct StreamSource: Sendable, Hashable {
    /// Host and port as they are stored beside a cursor.
    package var host: String
    package var wire: JetstreamWire
    /// The number of the connection within this run of the program, from 1 on.
    package var connection: Int

    package init(host: String, wire: JetstreamWire, connection: Int) {
        self.host = host
        self.wire = wire
        self.connection = connection
    }
}

/// The protocol that a host speaks.
package enum JetstreamWire: String, Sendable, Hashable, Codable {
    /// `/subscribe`
    case v1
    /// `/xrpc/network.bsky.jetstream.subscribeEvents`
    case v2
}
