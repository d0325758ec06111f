import Foundation
import GRDB

/// What the file system says of a database's file before SQLite opens it.
///
/// SQLite answers "unable to open database file" to all of this.
struct StoreFile {
    /// Others may not read what a network's users wrote; the group may, for reports.
    private static let mode: mode_t = 0o640

    let path: String

    /// - Parameter path: The path as given. It is made absolute, so that SQLite never takes it for a URI, and links are
    ///   followed, so that one database has one name and one lock.
    init(path: String) {
        let url = URL(fileURLWithPath: path)
        self.path =
            Self.real(url.path)
            ?? Self.real(url.deletingLastPathComponent().path).map { "\($0 == "/" ? "" : $0)/\(url.lastPathComponent)" }
            ?? url.path
    }

    /// The path without links; nil when there is nothing at it.
    private static func real(_ path: String) -> String? {
        guard let resolved = realpath(path, nil) else { return nil }
        defer { free(resolved) }
        return String(cString: resolved)
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
            guard errno != EROFS else {
                throw StoreError.io("\(onReadOnlyDisk): make that writable again, or name another database")
            }
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
        case .SQLITE_CORRUPT:
            return StoreError.damaged(path, reason: words)
        case .SQLITE_READONLY where access.isReadOnly, .SQLITE_CANTOPEN where access.isReadOnly:
            guard !isOnReadOnlyDisk else {
                return StoreError.io("\(onReadOnlyDisk), without its -wal and -shm: copy it to where these can be made")
            }
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

    /// The permissions of a file; none where there is no file.
    static func mode(of path: String) -> mode_t {
        var status = stat()
        return stat(path, &status) == 0 ? status.st_mode & 0o777 : 0
    }

    /// Gives the file to who owns its folder, when it is root who asks.
    func giveToOwnerOfFolder() throws {
        guard geteuid() == 0 else { return }
        var folder = stat()
        guard stat(URL(fileURLWithPath: path).deletingLastPathComponent().path, &folder) == 0,
            chown(path, folder.st_uid, folder.st_gid) == 0
        else { throw StoreError.io("\(path) cannot be given to the owner of its folder: \(Self.words(errno))") }
    }

    /// Creates the file itself, since SQLite would let everybody read it; its `-wal` and `-shm` get the same mode.
    private func create() throws {
        let descriptor = open(path, O_CREAT | O_EXCL | O_WRONLY | O_CLOEXEC, Self.mode)
        guard descriptor >= 0 else {
            // Another one that is starting was faster; who goes on is decided by the lock.
            guard errno != EEXIST else { return }
            throw StoreError.io("the database at \(path) cannot be created: \(Self.words(errno))")
        }
        close(descriptor)
    }

    /// Throws when the file's header shows that it is not one of ours (https://www.sqlite.org/fileformat.html#the_database_header).
    func examineHeader() throws {
        let descriptor = open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else {
            throw StoreError.io("the database at \(path) cannot be opened: \(Self.words(errno))")
        }
        defer { close(descriptor) }
        var header = [UInt8](repeating: 0, count: 100)
        guard pread(descriptor, &header, header.count, 0) > 0 else { return }
        let applicationID = header[68..<72].reduce(0) { $0 << 8 | Int($1) }
        guard header.starts(with: Array("SQLite format 3\0".utf8)),
            applicationID == 0 || applicationID == StoreConfiguration.applicationID
        else { throw StoreError.notWindsock(path) }
    }

    /// Throws when the file beside the database that SQLite would take for its write-ahead log is something else.
    ///
    /// SQLite would write over it. Its first bytes are its own mark (https://www.sqlite.org/fileformat.html#the_wal_file), or
    /// zeros where the power went before they were written.
    func examineLog() throws {
        let descriptor = open(path + "-wal", O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { return }
        defer { close(descriptor) }
        var mark = [UInt8](repeating: 0, count: 4)
        guard pread(descriptor, &mark, mark.count, 0) > 0, mark != [0, 0, 0, 0] else { return }
        guard mark.prefix(3) == [0x37, 0x7F, 0x06], mark[3] | 1 == 0x83 else {
            throw StoreError.io(
                "\(path)-wal is not a write-ahead log of SQLite; it was left as it is: move it to another place"
            )
        }
    }

    private var onReadOnlyDisk: String { "the database at \(path) is on a file system that is mounted read-only" }

    private var isOnReadOnlyDisk: Bool {
        var values = statvfs()
        return statvfs(path, &values) == 0 && values.f_flag & UInt(ST_RDONLY) != 0
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
