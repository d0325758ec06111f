/// What `windsock verify` looked at under one heading, and what it found to differ.
package struct VerifiedCheck: Sendable, Equatable {
    /// The headings, in the order in which they are looked at.
    package enum Name: String, Sendable, CaseIterable {
        /// `stored` is the sum of the statuses.
        case sums
        /// The events in the log by status are the status' sum less what was cleaned.
        case rows
        /// The bytes of the payloads in the log.
        case bytes
        /// The events of each minute.
        case minutes
        /// The records of each collection.
        case collections
        /// The accounts that are hidden, and those that need a resync.
        case accounts
        /// All gaps and the filled ones.
        case gaps
        /// No event before the inbox is `processing`.
        case inbox
        /// Each event that succeeded has left what it says.
        case effects
        /// Each record has its actor, no tombstone beside it, and its event if the log goes back to it.
        case records
        /// Each tombstone has its event if the log goes back to it.
        case tombstones
        /// Nothing of the run's messages is unaccounted for.
        case run
        /// SQLite finds the file sound.
        case file
    }

    /// How many differences are told in words; the others are counted.
    package static let toldDifferences = 10

    package let name: Name
    /// How many things were looked at, of the kind that ``unit`` names.
    package private(set) var examined: Int64 = 0
    /// One of the things, in words.
    package let unit: String
    package private(set) var differenceCount: Int64 = 0
    /// The first differences, one line each; texts of the network are in them as they are.
    package private(set) var differences: [String] = []

    package var isSound: Bool { differenceCount == 0 }

    init(_ name: Name, unit: String) {
        self.name = name
        self.unit = unit
    }

    mutating func examine(_ count: Int64 = 1) { examined += count }

    /// Notes a difference; the words are made only while there is room for them.
    mutating func differs(_ words: @autoclosure () -> String) {
        differenceCount += 1
        if differences.count < VerifiedCheck.toldDifferences { differences.append(words()) }
    }

    /// Looks at a sum beside what was counted for it.
    mutating func compare(_ subject: @autoclosure () -> String, noted: Int64, counted: Int64) {
        examine()
        if noted != counted { differs("\(subject()): the sum is \(noted), counted are \(counted)") }
    }
}
