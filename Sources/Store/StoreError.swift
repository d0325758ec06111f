/// What keeps the database from being used: what is wrong, where, and what to do about it.
package enum StoreError: Error, Equatable, CustomStringConvertible {
    /// There is no file at the path, and the access may not create one.
    case noDatabase(_ path: String)

    /// The file, or a folder above it, may not be read by this user.
    case notReadable(_ path: String, owner: String)

    /// The file may be read but not written by this user, and the access needs to write.
    case notWritable(_ path: String, owner: String)

    /// The file is something else than a Windsock database.
    case notWindsock(_ path: String)

    /// A later version of Windsock wrote the file.
    case newerSchema(_ path: String, found: Int, known: Int)

    /// The disk or the file failed in a way after which nothing that is written can be relied on.
    case damaged(_ path: String, reason: String)

    /// The log has no entry of this id.
    case noActivity(_ id: Int64)

    /// Anything else that the system or SQLite refused, in its words and with the path.
    case io(_ message: String)

    package var description: String {
        switch self {
        case .noDatabase(let path):
            "no database at \(path)"
        case .notReadable(let path, let owner):
            "the database at \(path) may not be read by this user; it belongs to \(owner): try sudo -u \(owner)"
        case .notWritable(let path, let owner):
            "the database at \(path) may not be written by this user; it belongs to \(owner): try sudo -u \(owner)"
        case .notWindsock(let path):
            "the file at \(path) is not a Windsock database; it was left as it is: name another path"
        case .newerSchema(let path, let found, let known):
            "the database at \(path) has schema \(found), this Windsock knows schemas up to \(known): "
                + "use the version that wrote it, or a later one"
        case .damaged(let path, let reason):
            "the database at \(path) cannot be relied on any more, and nothing more was written to it: \(reason); "
                + "see to the disk (dmesg); if it is the file that is damaged, move it, its -wal and its -shm away and "
                + "restore a backup (windsock restore)"
        case .noActivity(let id):
            "the log has no entry \(id)"
        case .io(let message):
            message
        }
    }
}
