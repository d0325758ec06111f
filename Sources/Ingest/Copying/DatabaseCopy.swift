import Foundation
import GRDB
package import Store

/// What a copy of a database holds.
package struct DatabaseContents: Sendable, Equatable {
    /// The events in the log.
    package let events: Int64
    package let records: Int64
    /// Where the next start goes on; nil when no daemon ever connected.
    package let position: StreamPositionRow?
    /// The file's size.
    package internal(set) var bytes: Int64 = 0
    /// Sums that do not fit what they count, in words: the database that was copied has the same.
    package internal(set) var differences: [String] = []

    /// Asks one state of a database.
    init(_ db: Database) throws {
        let totals = try CounterRepository(db).totals()
        events = ActivityStatus.allCases.reduce(0) { $0 + totals.rows($1) }
        records = try RecordRepository(db).counts(limit: .max).reduce(0) { $0 + $1.records }
        position = try CursorRepository(db).newest()
    }
}

/// A copy of a database, from its first page until it stands in its place.
struct DatabaseCopy {
    /// The file is not what it should be.
    struct Unsound: Error {
        let problem: String
    }

    let source: Store
    /// The file that is to be made; nothing may be there.
    let target: String
    /// Its permissions at most.
    let mode: UInt32
    /// What has to stay free on the database's own file system.
    let minimumFreeBytes: Int64
    let watch: CopyWatch

    /// Makes the copy, looks whether it is sound, and puts it into its place; leaves nothing when it fails.
    ///
    /// - Parameter finish: What is done to the file before that.
    /// - Returns: What it holds.
    /// - Throws: `Unsound`, `StoreError`, `DatabaseError`, `CancellationError`.
    func make(finishing finish: (_ path: String) throws -> Void = { _ in }) throws -> DatabaseContents {
        try checkRoom()
        let file = try PartialFile(for: target, mode: mode)
        do {
            var contents = try source.copy(
                to: file.path,
                describing: DatabaseContents.init,
                afterEachPart: watch.check
            )
            contents.differences = try verify(file.path)
            try finish(file.path)
            try watch.check()
            try file.moveIntoPlace()
            contents.bytes = Store.fileBytes(file.target)
            return contents
        } catch {
            file.discard()
            guard (error as? DatabaseError)?.resultCode == .SQLITE_FULL else { throw error }
            throw StoreError.io("the disk of \(file.target) is full; nothing was kept")
        }
    }

    /// What of the sums differs; the file itself must be sound.
    private func verify(_ path: String) throws -> [String] {
        let copy = try Store.open(path: path, access: .readOnly)
        defer { try? copy.close() }
        return try watch.interrupting(copy) {
            if let problem = try copy.quickProblem() { throw Unsound(problem: problem) }
            try watch.check()
            return try Verification(store: copy, nowMicroseconds: 0).quick().flatMap { check in
                check.differences.map { "\(check.name.rawValue): \($0)" }
            }
        }
    }

    private func checkRoom() throws {
        let folder = URL(fileURLWithPath: Store.resolved(target)).deletingLastPathComponent().path
        guard let free = DiskReserve.freeBytes(folder) else { return }
        let needed = source.fileSizes().databaseBytes
        let kept = isBesideDatabase(folder) ? minimumFreeBytes : 0
        guard free < needed + kept else { return }
        let rest = kept > 0 ? ", and database.minFreeBytes wants \(kept / 1_048_576) MiB to stay so" : ""
        throw StoreError.io(
            "the disk of \(folder) has \(free / 1_048_576) MiB free; the copy takes \(needed / 1_048_576) MiB\(rest): "
                + "name a file on another disk, or make room"
        )
    }

    /// Whether a folder is on the file system that the daemon needs room on.
    private func isBesideDatabase(_ folder: String) -> Bool {
        var (theirs, ours) = (stat(), stat())
        return stat(folder, &theirs) == 0 && stat(source.path, &ours) == 0 && theirs.st_dev == ours.st_dev
    }
}
