/// Ways in which an open connection is of no use to its client.
package struct ConnectionModes: Sendable, Equatable {
    /// No commits are sent, while identity and account events and pings go on; what is withheld is not sent later.
    package var isBlind = false
    /// No events are sent, while pings are sent and answered; the stream goes on behind it when the mode ends.
    package var isSilent = false
    /// Nothing is sent at all and nothing that comes is answered, as if the other end of the connection were gone.
    package var isHalfOpen = false
    /// How fast bytes are trickled out, in the middle of frames too; nil for as fast as they are taken.
    package var bytesPerSecond: Int?

    package init() {}

    package static func blind() -> ConnectionModes { with { $0.isBlind = true } }
    package static func silent() -> ConnectionModes { with { $0.isSilent = true } }
    package static func halfOpen() -> ConnectionModes { with { $0.isHalfOpen = true } }
    package static func slow(bytesPerSecond: Int) -> ConnectionModes { with { $0.bytesPerSecond = bytesPerSecond } }

    private static func with(_ change: (inout ConnectionModes) -> Void) -> ConnectionModes {
        var modes = ConnectionModes()
        change(&modes)
        return modes
    }

    /// Both at once; of two rates the lower.
    func union(_ other: ConnectionModes) -> ConnectionModes {
        var modes = self
        modes.isBlind = isBlind || other.isBlind
        modes.isSilent = isSilent || other.isSilent
        modes.isHalfOpen = isHalfOpen || other.isHalfOpen
        modes.bytesPerSecond = [bytesPerSecond, other.bytesPerSecond].compactMap { $0 }.min()
        return modes
    }

    /// What a ledger calls it.
    var names: String {
        let names = [isBlind ? "blind" : nil, isSilent ? "silent" : nil, isHalfOpen ? "half-open" : nil]
        return (names + [bytesPerSecond.map { "slow(\($0) B/s)" }]).compactMap { $0 }.joined(separator: " ")
    }
}

/// Modes that began at different times and end one by one.
struct ModeStack: Sendable {
    private var entries: [Int: ConnectionModes] = [:]
    private var count = 0

    /// All of them at once.
    var merged: ConnectionModes { entries.values.reduce(ConnectionModes()) { $0.union($1) } }

    /// - Returns: what `remove` wants.
    mutating func add(_ modes: ConnectionModes) -> Int {
        count += 1
        entries[count] = modes
        return count
    }

    mutating func remove(_ identifier: Int) {
        entries[identifier] = nil
    }
}
