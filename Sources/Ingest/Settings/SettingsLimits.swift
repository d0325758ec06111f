import Jetstream

/// What the settings may be; each limit with its reason.
enum SettingsLimits {
    /// The largest configuration file that is read: ten times what 10,000 DIDs take.
    static let fileBytes = 4 * 1024 * 1024

    /// The server's own limits.
    static let collections = 0...Subscription.maximumCollections
    static let dids = 0...Subscription.maximumDids

    /// More hosts than there are public ones, and few enough to go through in a minute.
    static let hosts = 1...64

    /// A URL or an address with some words fits; it goes into every request.
    static let contactCharacters = 200

    /// A year: no host keeps more for its subscribers.
    static let lookBackHours: ClosedRange<Int64> = 1...8_760

    /// Above ten seconds an operator would take a working daemon for a hanging one.
    static let commitIntervalMilliseconds: ClosedRange<Int64> = 1...10_000

    /// Any disk, or 0 for no limit.
    static let minFreeBytes: ClosedRange<Int64> = 0...Int64.max

    /// Above this it would rather be a disk that is too large; 0 for none.
    static let ballastBytes: ClosedRange<Int64> = 0...64 * 1024 * 1024 * 1024

    /// Ten years: beyond that it is a slip of the keyboard.
    static let retentionHours: ClosedRange<Int64> = 1...87_600

    /// From the clean-up's tick to a day.
    static let cleanupIntervalSeconds: ClosedRange<Int64> = 5...86_400

    /// Any number, or 0 for no limit.
    static let rows: ClosedRange<Int64> = 0...Int64.max

    /// A log that holds a few hundred events, at least.
    static let payloadBytes: ClosedRange<Int64> = 1024 * 1024...Int64.max
}
