import Foundation
import GRDB

/// What the file system says of a database's file before SQLite opens it.
///
/// SQLite answers "unable to open database file" to all of this.
struct StoreFile {
    /// Others may not read what a network's users wrote; the group may, for reports.
    private static let mode: mode_t = 0o640

    let path: String

    /// - Parameter path: The path as given; a relative one is made absolute, so that SQLite never takes it for a URI.
    init(path: String) {
        self.path = URL(fileURLWithPath: path).path
    }

    /// Throws the reason why the access is not possible; creates an empty file for a daemon without one.
    func prepare(for access: Store.Access) throws {
        var status = stat()
        guard stat(path, &status) == 0 else {
            let code = errno
            switch code {
            case ENOENT where access.isDaemon: return try create()
            case ENOENT, ENOTDIR: throw StoreError.noDatabase(path)
            case EACCES: throw StoreError.notReadable(path, owner: ownerOfNearestFolder())
            default: throw StoreError.io("the database at \(path) cannot be opened: \(Self.words(code))")
            }
        }
        guard status.st_mode & S_IFMT == S_IFREG else { throw StoreError.notWindsock(path) }
        guard Foundation.access(path, R_OK) == 0 else {
            throw StoreError.notReadable(path, owner: Self.name(of: status.st_uid))
        }
        guard access.isReadOnly || Foundation.access(path, W_OK) == 0 else {
            throw StoreError.notWritable(path, owner: Self.name(of: status.st_uid))
        }
    }

    /// What opening the file failed with, in words for an operator.
    func explain(_ error: any Error, opening access: Store.Access) -> any Error {
        guard let error = error as? DatabaseError else { return error }
        let words = "\(error.message ?? "no message") (SQLite \(error.extendedResultCode.rawValue))"
        switch error.resultCode {
        case .SQLITE_NOTADB:
            return StoreError.notWindsock(path)
        case .SQLITE_BUSY:
            return StoreError.io("the database at \(path) is held by another process: \(words)")
        case .SQLITE_READONLY where access.isReadOnly, .SQLITE_CANTOPEN where access.isReadOnly:
            // The file is readable, but the files of its write-ahead log are missing and cannot be made here.
            return StoreError.notReadable(path, owner: ownerOfNearestFolder())
        default:
            return StoreError.io("the database at \(path) cannot be opened: \(words)")
        }
    }

    /// The file's size in bytes; 0 when there is none.
    static func size(of path: String) -> Int64 {
        var status = stat()
        return stat(path, &status) == 0 ? Int64(status.st_size) : 0
    }

    /// Creates the file itself, since SQLite would let everybody read it; its `-wal` and `-shm` get the same mode.
    private func create() throws {
        let descriptor = open(path, O_CREAT | O_EXCL | O_WRONLY | O_CLOEXEC, Self.mode)
        guard descriptor >= 0 else {
            throw StoreError.io("the database at \(path) cannot be created: \(Self.words(errno))")
        }
        close(descriptor)
    }

    private func ownerOfNearestFolder() -> String {
        var folder = URL(fileURLWithPath: path)
        var status = stat()
        repeat {
            folder.deleteLastPathComponent()
        } while stat(folder.path, &status) != 0 && folder.path != "/"
        return Self.name(of: status.st_uid)
    }

    /// The user's name, or the number when it has none.
    private static func name(of user: uid_t) -> String {
        guard let entry = getpwuid(user), let name = entry.pointee.pw_name else { return String(user) }
        return String(cString: name)
    }

    private static func words(_ code: CInt) -> String {
        String(cString: strerror(code))
    }
}
