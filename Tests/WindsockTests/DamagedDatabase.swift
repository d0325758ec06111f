import Foundation
import GRDB
import Store
import Testing

/// What can be wrong with a file that is taken for a database.
enum DamagedDatabase: String, CaseIterable, Sendable, CustomTestStringConvertible {
    case empty
    case text
    case foreign
    case newer
    case corruptHeader
    case corruptPage
    case truncated

    var testDescription: String { rawValue }

    /// Whether it is seen as soon as the file is opened, and not only where the damage is read.
    var isSeenAtOnce: Bool { self != .corruptPage }

    /// Makes such a file of a sound database that nobody has open.
    func damage(_ path: String) throws {
        let url = URL(fileURLWithPath: path)
        try Store.open(path: path, access: .daemon(synchronous: .normal)).close()
        switch self {
        case .empty: try Data().write(to: url)
        case .text: try Data("These are the notes of somebody, and nobody else's. ".utf8).write(to: url)
        case .foreign:
            for suffix in ["", "-wal", "-shm"] { try? FileManager.default.removeItem(atPath: path + suffix) }
            let queue = try DatabaseQueue(path: path)
            try queue.write { db in try db.execute(sql: "PRAGMA application_id = 77; CREATE TABLE theirs (a)") }
            try queue.close()
        case .newer:
            let queue = try DatabaseQueue(path: path)
            try queue.writeWithoutTransaction { db in
                try db.execute(sql: "PRAGMA user_version = 2; PRAGMA wal_checkpoint(TRUNCATE)")
            }
            try queue.close()
        case .corruptHeader: try write(zeros: 16, at: 0, of: url)
        case .corruptPage: try write(zeros: 4096, at: (try rootPage(path) - 1) * 4096, of: url)
        case .truncated: try Data(contentsOf: url).prefix(4096 * 3 + 100).write(to: url)
        }
    }

    /// Where the log's table begins.
    private func rootPage(_ path: String) throws -> Int {
        let queue = try DatabaseQueue(path: path)
        defer { try? queue.close() }
        return try queue.read { db in
            try Int.fetchOne(db, sql: "SELECT rootpage FROM sqlite_schema WHERE name = 'jetstream_activity'") ?? 0
        }
    }

    private func write(zeros count: Int, at offset: Int, of url: URL) throws {
        let file = try FileHandle(forUpdating: url)
        try file.seek(toOffset: UInt64(offset))
        try file.write(contentsOf: Data(count: count))
        try file.close()
    }
}
