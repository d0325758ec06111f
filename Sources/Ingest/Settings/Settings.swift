package import Logging
package import Store

/// What a configuration file says, with defaults for what it leaves out.
package struct Settings: Sendable, Equatable {
    /// Where events come from, and which.
    package struct Jetstream: Sendable, Equatable {
        /// URLs (`wss://host/subscribe`) or bare host names; never empty.
        package var hosts: [String]
        /// NSIDs, or prefixes such as `app.bsky.feed.*`; empty for all.
        package var wantedCollections: [String]
        /// DIDs; empty for all.
        package var wantedDids: [String]
        /// A PEM file of the authorities to trust instead of the system's; nil for the system's.
        package var caFile: String?
        /// A proxy's URL, perhaps with a password; empty for none, nil for what the environment says.
        package var proxy: String?
        /// Where a host's operator can ask about this reader, such as a URL; empty for nowhere.
        package var contact: String
        /// Whether messages may come compressed.
        package var compress: Bool
        /// The zstd dictionary of v1; nil reads v1 as plain text.
        package var dictionaryFile: String?
        /// For how long back hosts keep events, as far as is known.
        package var lookBackHours: Int

        /// Whether the whole network is asked for.
        package var isUnfiltered: Bool { wantedCollections.isEmpty && wantedDids.isEmpty }
    }

    /// The database's file.
    package struct Database: Sendable, Equatable {
        /// Relative to the folder in which the program was started, unless absolute.
        package var path: String
        package var synchronous: Synchronous
        /// The least time between two commits of a busy stream.
        package var commitIntervalMilliseconds: Int
        /// With less than this free on its file system nothing more is written; 0 for no such limit.
        package var minFreeBytes: Int64
        /// What is kept back on its file system for a clean-up on a full disk; 0 for nothing.
        package var ballastBytes: Int64
    }

    /// The log of events.
    package struct Activity: Sendable, Equatable {
        /// Of which events the message itself is kept once they are applied.
        package enum KeepEventJSON: String, Sendable, CaseIterable {
            case all
            /// Of those that did not end as `success`.
            case errors
        }

        /// How long an event stays, from its receipt on.
        package var retentionHours: Int
        package var cleanupIntervalSeconds: Int
        /// The most events that the log may have; 0 for any number.
        package var maxRows: Int64
        /// The most that the messages in the log may take together.
        package var maxBytes: Int64
        package var keepEventJson: KeepEventJSON
    }

    /// The program's own log, on standard error.
    package struct Log: Sendable, Equatable {
        package var level: Logger.Level
    }

    package var jetstream: Jetstream
    package var database: Database
    package var activity: Activity
    package var log: Log

    /// What is in force without a configuration file.
    package static let standard = Settings(
        jetstream: Jetstream(
            hosts: ["wss://jetstream2.us-east.bsky.network/subscribe"],
            wantedCollections: [],
            wantedDids: [],
            caFile: nil,
            proxy: nil,
            contact: "",
            compress: true,
            dictionaryFile: nil,
            lookBackHours: 24
        ),
        database: Database(
            path: "windsock.db",
            synchronous: .normal,
            commitIntervalMilliseconds: 100,
            minFreeBytes: 1024 * 1024 * 1024,
            ballastBytes: 256 * 1024 * 1024
        ),
        activity: Activity(
            retentionHours: 168,
            cleanupIntervalSeconds: 3600,
            maxRows: 0,
            maxBytes: 8 * 1024 * 1024 * 1024,
            keepEventJson: .all
        ),
        log: Log(level: .info)
    )
}
