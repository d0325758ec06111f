import Ingest
import Store

/// A sweep of the log by a command, which leaves room for a running daemon and says what it did.
enum CommandSweep {
    /// Sweeps, and gives the space back to the file system.
    ///
    /// - Parameters:
    ///   - store: The database, to be written.
    ///   - work: What the sweep is to do.
    /// - Returns: One line for people, with the sizes of the file before and after.
    /// - Throws: What the database says; what was deleted until then stays deleted.
    static func run(
        _ store: Store,
        _ work: (inout ActivitySweep) async throws -> ActivitySweep.Result
    ) async throws -> String {
        let before = size(of: store)
        var sweep = ActivitySweep(store: store, giveWay: DaemonTurn.give(after:))
        let result = try await work(&sweep)
        // The file itself becomes smaller only when the log's pages are moved into it.
        try store.checkpoint(.truncate)
        return words(
            rows: Int64(result.deletedRows),
            bytes: result.deletedBytes,
            before,
            size(of: store)
        )
    }

    /// The file with its write-ahead log, which a checkpoint moves from one to the other.
    private static func size(of store: Store) -> Int64 {
        let sizes = store.fileSizes()
        return sizes.databaseBytes + sizes.walBytes
    }

    private static func words(rows: Int64, bytes: Int64, _ before: Int64, _ after: Int64) -> String {
        let file =
            before == after
            ? "the file stays at \(Words.bytes(after))"
            : "the file went from \(Words.bytes(before)) to \(Words.bytes(after))"
        return "deleted \(Words.count(rows, "event")) (\(Words.bytes(bytes)) of messages); \(file)"
    }
}
