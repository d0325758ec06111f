/// Events of one connection, in the order in which they came.
public struct EventBatch: Sendable, Equatable {
    /// The host that they came from, with the port where it is not the usual one.
    public let host: String
    /// The events; messages that could not be read are among them (``Event/Kind/unreadable(_:)``).
    public let events: [Event]
    /// Covers the batch: store it once the batch has been processed, best in the same transaction.
    ///
    /// The next run takes it as ``JetstreamClient/Configuration/position``.
    public let position: Position
    /// Where events may have been missed, as far as that was found out since the batch before.
    ///
    /// A gap that is told again under the same number has grown, or has been read again.
    public let gaps: [Gap]
}

/// A stretch of the stream in which events may have been missed: a host no longer had them, or could not deliver them.
public struct Gap: Sendable, Equatable {
    /// By which it is known again in the same iteration.
    public let number: Int
    /// The host that was read.
    public let host: String
    /// From when on, in microseconds since the Unix epoch.
    public internal(set) var fromMicroseconds: Int64
    /// Until when, in microseconds since the Unix epoch.
    public internal(set) var toMicroseconds: Int64
    /// Why, in words for a person.
    public let cause: String
    /// Whether the stretch has been read again since.
    public internal(set) var isHealed: Bool
}
