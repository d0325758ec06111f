import GRDB
import Store
import TestSupport
import Texts

@testable import Ingest

/// A record that fills twenty pages.
let largeRecord = #"{"text":"\#(String(repeating: "x", count: 320_000))"}"#

/// A disk that is full, as SQLite sees it (https://www.sqlite.org/pragma.html#pragma_max_page_count).
extension IngestHarness {
    func pages() throws -> Int { Int(try number("PRAGMA page_count") ?? 0) }

    /// Lets the database grow to so many pages; to its present size at least.
    func setPageLimit(_ pages: Int) throws {
        try execute("PRAGMA max_page_count = \(pages)")
    }

    /// Lets it grow no further.
    func fillDatabase() throws {
        try setPageLimit(1)
    }

    func letDatabaseGrow() throws {
        try setPageLimit(1_000_000)
    }
}

/// A fault that no event is to blame for.
extension IngestHarness {
    /// Lets the database refuse every record.
    func refuseRecords() throws {
        try execute(
            "CREATE TRIGGER refuse BEFORE INSERT ON record BEGIN SELECT RAISE(ABORT, 'refused by the test'); END"
        )
    }

    func acceptRecords() throws { try execute("DROP TRIGGER refuse") }
}

extension IngestHarness {
    /// What the daemon does at its start.
    @discardableResult
    func recover() throws -> Int {
        try RowApplier(store: store, emptiesPayloads: false, clock: clock.wallClock).recover()
    }

    /// The revision up to which an unknown account is deleted.
    func floor(_ did: String) throws -> String? {
        try store.read { db in try AccountTombstoneRepository(db).floor(ByteText(did)) }
    }
}
