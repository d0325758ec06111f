import Foundation
import GRDB
import Glibc
package import Logging
import Store
import Synchronization

/// The room on the database's file system: how much has to stay free, and a file (the ballast) that keeps some of it back.
///
/// On a full disk nothing can be deleted either, since SQLite writes down what it deletes before it frees anything. The
/// ballast is what is given up then, so that clean-up and checkpoint can run.
package final class DiskReserve: Sendable {
    /// Why nothing is written now; it passes when there is room again.
    package struct Low: Error, Equatable, CustomStringConvertible {
        package let description: String
    }

    package struct Limits: Sendable, Equatable {
        /// With less than this free nothing more is written; 0 for no such limit.
        package var minimumFreeBytes: Int64
        /// The ballast's size; 0 for none.
        package var ballastBytes: Int64

        package init(minimumFreeBytes: Int64, ballastBytes: Int64) {
            self.minimumFreeBytes = minimumFreeBytes
            self.ballastBytes = ballastBytes
        }
    }

    private struct State {
        /// Whether the disk was too full, and has not had enough room since.
        var isHeld = false
        var hasSaidNoBallast = false
    }

    /// What must be free beside the ballast before it is made again: the writes of some minutes.
    private static let marginBytes: Int64 = 16 * 1024 * 1024

    /// What the files take that SQLite makes beside the database, and more.
    private static let openingBytes: Int64 = 1024 * 1024

    private let limits: Limits
    private let ballast: String
    private let folder: String
    private let logger: Logger
    private let freeBytes: @Sendable (String) -> Int64?
    private let state = Mutex(State())

    /// Makes a reserve; no file is made before ``keep()``.
    ///
    /// - Parameters:
    ///   - limits: how much is kept back.
    ///   - path: the database.
    ///   - logger: told when the ballast is given up or cannot be made.
    ///   - freeBytes: how much is free on the file system of a folder; nil when that cannot be told.
    package init(
        _ limits: Limits,
        databaseAt path: String,
        logger: Logger,
        freeBytes: @escaping @Sendable (String) -> Int64? = DiskReserve.freeBytes
    ) {
        let database = Store.resolved(path)
        self.limits = limits
        ballast = database + ".ballast"
        folder = URL(fileURLWithPath: database).deletingLastPathComponent().path
        self.logger = logger
        self.freeBytes = freeBytes
    }

    /// What this user can still write on a folder's file system (statvfs(3)).
    package static func freeBytes(_ folder: String) -> Int64? {
        var values = statvfs()
        guard statvfs(folder, &values) == 0 else { return nil }
        return Int64(values.f_bavail) * Int64(values.f_frsize)
    }

    /// Throws ``Low`` where nothing should be written now.
    func check() throws(Low) {
        let free = freeBytes(folder)
        if state.withLock(\.isHeld) {
            throw Low(description: "the disk was full; writing goes on when the ballast could be made again")
        }
        guard let free, free < limits.minimumFreeBytes else { return }
        throw Low(
            description: "the disk has \(free / 1_048_576) MiB free, database.minFreeBytes wants "
                + "\(limits.minimumFreeBytes / 1_048_576) MiB to stay so"
        )
    }

    /// Takes note of what kept something from being written: of a full disk, where there is a ballast to give up.
    func note(_ error: any Error) {
        guard (error as? DatabaseError)?.resultCode == .SQLITE_FULL, ballastSize > 0 else { return }
        state.withLock { $0.isHeld = true }
    }

    /// Whether room has to be made before anything else.
    var isShort: Bool {
        let isLow = freeBytes(folder).map { $0 < limits.minimumFreeBytes } ?? false
        return isLow || state.withLock(\.isHeld)
    }

    /// Gives the ballast up where the disk is so full that not even the database can be opened; false when it is not, or
    /// there is none.
    func releaseToOpen() -> Bool {
        guard let free = freeBytes(folder), free < DiskReserve.openingBytes, ballastSize > 0 else { return false }
        state.withLock { $0.isHeld = true }
        release()
        return true
    }

    /// Gives the ballast up, if the disk was full.
    func release() {
        guard state.withLock(\.isHeld), unlink(ballast) == 0 else { return }
        logger.notice("The disk is full: the ballast is given up for the clean-up", metadata: ["file": "\(ballast)"])
    }

    /// Makes the ballast where it is missing and there is room for it; then writing may go on.
    package func keep() {
        guard limits.ballastBytes > 0 else { return }
        guard ballastSize < limits.ballastBytes else { return letGo() }
        guard let free = freeBytes(folder),
            free >= limits.ballastBytes + max(limits.minimumFreeBytes, DiskReserve.marginBytes), make()
        else { return sayOnce() }
        letGo()
    }

    private var ballastSize: Int64 { Store.fileBytes(ballast) }

    private func letGo() {
        state.withLock { state in
            state.isHeld = false
            state.hasSaidNoBallast = false
        }
    }

    private func sayOnce() {
        let isNew = state.withLock { state in
            defer { state.hasSaidNoBallast = true }
            return !state.hasSaidNoBallast
        }
        guard isNew else { return }
        logger.notice(
            "There is no room for the ballast now; it is made when there is",
            metadata: ["file": "\(ballast)", "bytes": "\(limits.ballastBytes)"]
        )
    }

    /// Makes the file with its blocks; false when the disk has none left for it.
    private func make() -> Bool {
        let descriptor = open(ballast, O_CREAT | O_WRONLY | O_CLOEXEC, 0o640)
        guard descriptor >= 0 else { return false }
        defer { close(descriptor) }
        guard posix_fallocate(descriptor, 0, off_t(limits.ballastBytes)) == 0 else {
            unlink(ballast)
            return false
        }
        return true
    }
}
