/// A place in the stream, from which reading goes on.
///
/// It is to be stored as it is encoded. On the host that it comes from it stands for one event; on another one it stands
/// for a time, and some events before it come again.
public struct Position: Sendable, Equatable {
    let stored: StreamPosition

    init(stored: StreamPosition) {
        self.stored = stored
    }

    /// A moment to begin at.
    ///
    /// Hosts keep the events of about a day; what is older than that is told as a ``Gap``.
    ///
    /// - Parameter timeMicroseconds: the moment, in microseconds since the Unix epoch.
    public init(timeMicroseconds: Int64) {
        stored = StreamPosition(
            host: "",
            wire: .v1,
            seq: nil,
            timeMicroseconds: timeMicroseconds,
            isPlaceholder: true,
            coveredUntilMicroseconds: nil
        )
    }

    /// The present time.
    ///
    /// A first run that stores it before it begins misses nothing when it ends before the first batch.
    public static var now: Position { Position(timeMicroseconds: WallClock.system.now()) }

    /// The host that it comes from; empty for a moment.
    public var host: String { stored.host }

    /// The host's sequence number of the last event; nil from hosts that have none, and for a moment.
    public var seq: Int64? { stored.seq }

    /// The time of the newest event, by the host's clock, in microseconds since the Unix epoch.
    public var timeMicroseconds: Int64 { stored.timeMicroseconds }
}

extension Position: Codable {
    private enum Key: String, CodingKey {
        case host
        case wire
        case seq
        case timeMicroseconds
        case isPlaceholder
        case coveredUntilMicroseconds
    }

    /// Reads a position that was stored.
    ///
    /// - Parameter decoder: where it stands.
    /// - Throws: what the decoder says when it is none.
    public init(from decoder: any Decoder) throws {
        let values = try decoder.container(keyedBy: Key.self)
        let wire = JetstreamWire(rawValue: try values.decode(String.self, forKey: .wire))
        let seq = try values.decodeIfPresent(Int64.self, forKey: .seq)
        let seqs = 1..<StartPlanner.earliestTimeMicroseconds
        stored = StreamPosition(
            host: try values.decode(String.self, forKey: .host),
            wire: wire ?? .v1,
            // The number of a wire that only a later version knows may mean something else there; the time does not.
            seq: wire == nil ? nil : seq.flatMap { seqs.contains($0) ? $0 : nil },
            timeMicroseconds: try values.decode(Int64.self, forKey: .timeMicroseconds),
            isPlaceholder: try values.decodeIfPresent(Bool.self, forKey: .isPlaceholder) ?? false,
            coveredUntilMicroseconds: try values.decodeIfPresent(Int64.self, forKey: .coveredUntilMicroseconds)
        )
    }

    /// Writes the position as it is to be stored: an object of a few fields.
    ///
    /// - Parameter encoder: where to.
    /// - Throws: what the encoder says.
    public func encode(to encoder: any Encoder) throws {
        var values = encoder.container(keyedBy: Key.self)
        try values.encode(stored.host, forKey: .host)
        try values.encode(stored.wire.rawValue, forKey: .wire)
        try values.encodeIfPresent(stored.seq, forKey: .seq)
        try values.encode(stored.timeMicroseconds, forKey: .timeMicroseconds)
        if stored.isPlaceholder { try values.encode(true, forKey: .isPlaceholder) }
        try values.encodeIfPresent(stored.coveredUntilMicroseconds, forKey: .coveredUntilMicroseconds)
    }
}
