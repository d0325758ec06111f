import Foundation

/// A file that is being made: it has a name that says so until it is whole, and then the one that it was made for.
///
/// What a killed program leaves of it is `NAME.partial-PID`; it is never taken for what it was to become.
package final class PartialFile: Sendable {
    private static let mark = ".partial-"

    /// What SQLite may have made beside it.
    private static let companions = ["", "-journal", "-wal", "-shm"]

    /// Where it is made.
    package let path: String

    /// What it is to be called.
    package let target: String

    /// Makes the file, empty.
    ///
    /// - Parameters:
    ///   - target: What it is to be called; nothing may be there.
    ///   - mode: Its permissions, as far as the process's umask allows them.
    /// - Throws: ``StoreError``.
    package init(for target: String, mode: UInt32) throws {
        let file = StoreFile(path: target)
        self.target = file.path
        path = "\(file.path)\(PartialFile.mark)\(getpid())"
        var status = stat()
        guard lstat(self.target, &status) != 0 else { throw PartialFile.isThere(self.target) }
        // Of a process that had this one's number, and was killed.
        discard()
        let descriptor = open(path, O_CREAT | O_EXCL | O_WRONLY | O_CLOEXEC, mode)
        guard descriptor >= 0 else { throw PartialFile.failure(self.target, errno) }
        close(descriptor)
    }

    /// Whether a file is what a killed program has left, by its name.
    package static func isMeant(by path: String) -> Bool {
        guard let mark = path.range(of: mark, options: .backwards) else { return false }
        return !path[mark.upperBound...].isEmpty && path[mark.upperBound...].allSatisfy(\.isNumber)
    }

    /// Has the disk keep the file, and gives it its name, unless something has that by now.
    ///
    /// - Throws: ``StoreError``; then it still has the name that it was made under.
    package func moveIntoPlace() throws {
        try synchronize(path)
        // Unlike a renaming, this replaces nothing.
        if link(path, target) == 0 {
            unlink(path)
        } else {
            let code = errno
            var status = stat()
            // There are file systems without a second name for a file.
            guard code == EPERM || code == EOPNOTSUPP, lstat(target, &status) != 0 else {
                throw PartialFile.failure(target, code)
            }
            guard rename(path, target) == 0 else { throw PartialFile.failure(target, errno) }
        }
        try synchronize(URL(fileURLWithPath: target).deletingLastPathComponent().path)
    }

    /// Removes the file, and what SQLite made beside it.
    package func discard() {
        for suffix in PartialFile.companions { unlink(path + suffix) }
    }

    private func synchronize(_ path: String) throws {
        let descriptor = open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { throw PartialFile.failure(target, errno) }
        defer { close(descriptor) }
        guard fsync(descriptor) == 0 else { throw PartialFile.failure(target, errno) }
    }

    private static func isThere(_ path: String) -> StoreError {
        .io("there is something at \(path) already, and it was left as it is: name another path")
    }

    private static func failure(_ path: String, _ code: CInt) -> StoreError {
        code == EEXIST ? isThere(path) : .io("\(path) cannot be written: \(String(cString: strerror(code)))")
    }
}
