import Foundation
import Glibc

/// Makes sure that one daemon alone writes a database: a lock on a file beside it, which goes with the process.
package final class DatabaseLock {
    /// Another daemon has the database.
    package struct Held: Error, CustomStringConvertible {
        var path: String
        var processID: String

        package var description: String {
            "another windsock (process \(processID)) is running on \(path); stop it first, or give this one a database of its own"
        }
    }

    private let descriptor: Int32

    /// Takes the lock.
    ///
    /// - Parameter path: the database.
    /// - Throws: ``Held``, or `POSIXError` when the file cannot be made.
    init(databaseAt path: String) throws {
        let file = path + ".lock"
        let descriptor = open(file, O_RDWR | O_CREAT | O_CLOEXEC, 0o640)
        guard descriptor >= 0 else { throw DatabaseLock.failure(file) }
        guard flock(descriptor, LOCK_EX | LOCK_NB) == 0 else {
            defer { Glibc.close(descriptor) }
            guard errno == EWOULDBLOCK else { throw DatabaseLock.failure(file) }
            let holder = (try? String(contentsOfFile: file, encoding: .utf8)) ?? ""
            throw Held(path: path, processID: holder.trimmingCharacters(in: .whitespacesAndNewlines))
        }
        self.descriptor = descriptor
        let text = Array("\(getpid())\n".utf8)
        guard ftruncate(descriptor, 0) == 0, pwrite(descriptor, text, text.count, 0) == text.count else {
            defer { Glibc.close(descriptor) }
            throw DatabaseLock.failure(file)
        }
    }

    deinit { Glibc.close(descriptor) }

    private static func failure(_ file: String) -> POSIXError {
        POSIXError(POSIXErrorCode(rawValue: errno) ?? .EIO, userInfo: [NSFilePathErrorKey: file])
    }
}
