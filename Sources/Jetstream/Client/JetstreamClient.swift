public import Logging

/// A client of a Jetstream: events of the AT Protocol network in batches, each with the position that covers it.
///
/// It keeps connected: it answers pings, resumes after every interruption where it was, and goes to the next host when
/// one is of no use. What it cannot make up for it tells as a ``Gap``.
///
/// Delivery is *at least once*: after an interruption some events come again, mostly those of a few seconds.
/// ``Event/key`` is the same each time, so that storing it under a unique key removes them.
public struct JetstreamClient: Sendable {
    /// What is read, from where, and how.
    public struct Configuration: Sendable {
        /// The hosts, in the order in which they are preferred.
        ///
        /// Each is a URL (`wss://jetstream2.us-east.bsky.network/subscribe`) or a bare host name, which means `wss`. The
        /// path says which wire is spoken; without one v2 is tried before v1.
        public var hosts: [String]
        /// The collections of which commits are wanted: NSIDs, or prefixes such as `app.bsky.feed.*`; empty for all.
        ///
        /// Events of other kinds come in any case.
        public var wantedCollections: [String] = []
        /// The accounts of which events are wanted, as DIDs; empty for all.
        public var wantedDids: [String] = []
        /// Where to go on: the position of the last batch that was processed; nil to begin with what happens next.
        public var position: Position?
        /// Whether messages may come compressed (zstd), from servers that can.
        ///
        /// Hosts of v2 hand out the dictionary that this takes; v1 needs ``dictionaryFile``.
        public var isCompressionWanted = true
        /// The file with the zstd dictionary that all servers of v1 use; nil reads v1 as plain text.
        public var dictionaryFile: String?
        /// A file of certificates (PEM) to trust instead of the system's; nil for the system's.
        public var caFile: String?
        /// The HTTP proxy to go through, such as `http://proxy:3128`; empty for none at all.
        ///
        /// Nil leaves it to the environment: `https_proxy`, `http_proxy`, `all_proxy` and `no_proxy`.
        public var proxy: String?
        /// What hosts are told of who reads: best a name, a version, and where to complain.
        public var userAgent = "windsock-jetstream"
        /// For how long back hosts keep events, as far as is known; what is asked for beyond that may be gone.
        public var lookBack: Duration = .seconds(24 * 3600)
        /// Where connections, and why they ended, are logged; silent by default.
        ///
        /// Words of servers are passed on as they came; a log that people read must escape them.
        public var logger = Logger(label: "jetstream") { _ in SwiftLogNoOpLogHandler() }

        /// Makes a configuration that reads all of a stream from now on.
        ///
        /// - Parameter hosts: the hosts, in the order in which they are preferred.
        public init(hosts: [String]) {
            self.hosts = hosts
        }
    }

    let reading: JetstreamReader.Configuration
    let position: StreamPosition?
    let logger: Logger
    let clock: WallClock
    let queueCapacityBytes: Int

    /// Makes a client; nothing is connected until a batch is asked for.
    ///
    /// - Parameter configuration: what is read, from where, and how.
    /// - Throws: what is wrong with the configuration; whether hosts take it shows when they are asked.
    public init(_ configuration: Configuration) throws(JetstreamError) {
        try self.init(configuration, limits: ConnectionLimits())
    }

    /// The same with times of a test's own.
    init(
        _ configuration: Configuration,
        limits: ConnectionLimits,
        clock: WallClock = .system,
        queueCapacityBytes: Int = MessageQueue.usualCapacityBytes
    ) throws(JetstreamError) {
        var reading = try configuration.reading()
        reading.limits = limits
        self.reading = reading
        self.clock = clock
        self.queueCapacityBytes = queueCapacityBytes
        position = configuration.position?.stored
        logger = configuration.logger
    }

    /// The events of the stream, in batches, from the position of the configuration on.
    ///
    /// Each iteration has a connection of its own, which is opened by its first step.
    ///
    /// - Returns: a sequence that ends only when its task is cancelled, or every host refuses.
    public func batches() -> Batches { Batches(client: self) }
}
