import Glibc
import Jetstream
import Store

/// Makes sure that one daemon alone writes a database: a lock on a file beside it, which goes with the process.
package final class DatabaseLock: Sendable {
    /// Another daemon has the database.
    package struct Held: Error, CustomStringConvertible {
        var path: String
        var holder: Holder

        package var description: String {
            let since = holder.since.map { ", since \($0)" } ?? ""
            return "another windsock (process \(holder.processID)\(since)) is running on \(path); "
                + "stop it first, or give this one a database of its own"
        }
    }

    /// What the holder of a database's lock wrote into it.
    package struct Holder: Sendable, Equatable {
        package var processID: String
        /// When it took the lock, as ``UTCTimestamp`` writes it; nil when it did not say.
        package var since: String?
        /// What keeps it from writing to the database; nil when nothing does.
        package var fault: String?
    }

    /// The file's size: it is written whole at first, so that a word about a full disk still finds its place.
    private static let fileBytes = 512

    private let path: String
    private let descriptor: Int32
    private let since = UTCTimestamp.text(microseconds: WallClock.system.now())

    /// Takes the lock.
    ///
    /// - Parameter path: the database.
    /// - Throws: ``Held``, or `StoreError` when the file cannot be made.
    package init(databaseAt path: String) throws {
        let file = Store.resolved(path) + ".lock"
        let descriptor = open(file, O_RDWR | O_CREAT | O_CLOEXEC, 0o640)
        guard descriptor >= 0 else { throw DatabaseLock.failure(file) }
        guard flock(descriptor, LOCK_EX | LOCK_NB) == 0 else {
            defer { Glibc.close(descriptor) }
            guard errno == EWOULDBLOCK else { throw DatabaseLock.failure(file) }
            throw Held(path: path, holder: DatabaseLock.contents(of: descriptor))
        }
        self.path = file
        self.descriptor = descriptor
        guard write(fault: nil) else { throw DatabaseLock.failure(file) }
    }

    /// Writes down, for other processes to see, what keeps this one from writing to the database; nil when nothing does.
    ///
    /// - Returns: whether it could be written.
    @discardableResult
    package func write(fault: String?) -> Bool {
        var text = Array("\(getpid()) \(since)\n\(fault ?? "")".utf8.prefix(DatabaseLock.fileBytes))
        text += [UInt8](repeating: UInt8(ascii: "\n"), count: DatabaseLock.fileBytes - text.count)
        return pwrite(descriptor, text, text.count, 0) == text.count
    }

    /// Has the file belong to who owns the folder, when it is root who made it: the daemon has to open it, too.
    func giveToOwnerOfFolder() throws {
        try Store.giveToOwnerOfFolder(path)
    }

    /// Who has a database's lock now; nil when nobody has.
    ///
    /// - Parameter path: the database.
    /// - Returns: what the holder wrote.
    /// - Throws: `StoreError` when the lock may not be looked at.
    package static func holder(ofDatabaseAt path: String) throws -> Holder? {
        let file = Store.resolved(path) + ".lock"
        let descriptor = open(file, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else {
            guard errno == ENOENT else { throw failure(file) }
            return nil
        }
        defer { Glibc.close(descriptor) }
        guard flock(descriptor, LOCK_SH | LOCK_NB) != 0 else { return nil }
        guard errno == EWOULDBLOCK else { throw failure(file) }
        return contents(of: descriptor)
    }

    private static func contents(of descriptor: Int32) -> Holder {
        var bytes = [UInt8](repeating: 0, count: fileBytes)
        let count = pread(descriptor, &bytes, bytes.count, 0)
        let lines = String(decoding: bytes.prefix(max(0, count)), as: UTF8.self).split(separator: "\n")
        let words = lines.first?.split(separator: " ") ?? []
        return Holder(
            processID: words.first.map(String.init) ?? "unknown",
            since: words.dropFirst().first.map(String.init),
            fault: lines.dropFirst().first.map(String.init)
        )
    }

    deinit { Glibc.close(descriptor) }

    private static func failure(_ file: String) -> StoreError {
        .io("the lock \(file) cannot be made: \(String(cString: strerror(errno)))")
    }
}
