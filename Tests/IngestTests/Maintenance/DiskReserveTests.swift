import Foundation
import GRDB
import Logging
import Synchronization
import TestSupport
import Testing

@testable import Ingest

/// The room that has to stay free, on a disk whose free room the test says.
struct DiskReserveTests {
    private static let mebibyte: Int64 = 1_048_576
    private static let full = DatabaseError(resultCode: .SQLITE_FULL)

    private final class Disk: Sendable {
        let free = Mutex<Int64?>(1_000 * mebibyte)
    }

    private let folder: TemporaryFolder
    private let disk = Disk()

    init() throws {
        folder = try TemporaryFolder()
    }

    private func reserve(minimumMebibytes: Int64 = 100, ballastMebibytes: Int64 = 2) -> DiskReserve {
        DiskReserve(
            DiskReserve.Limits(
                minimumFreeBytes: minimumMebibytes * Self.mebibyte,
                ballastBytes: ballastMebibytes * Self.mebibyte
            ),
            databaseAt: folder.path("windsock.db"),
            logger: Logger(label: "test", factory: { _ in SwiftLogNoOpLogHandler() }),
            freeBytes: { [disk] _ in disk.free.withLock { $0 } }
        )
    }

    private var ballastBytes: Int? {
        let attributes = try? FileManager.default.attributesOfItem(atPath: folder.path("windsock.db.ballast"))
        return attributes?[.size] as? Int
    }

    @Test func `nothing is written while less is free than should be, and then again`() throws {
        let reserve = reserve()
        try reserve.check()
        disk.free.withLock { $0 = 100 * Self.mebibyte - 1 }
        let error = #expect(throws: DiskReserve.Low.self) { try reserve.check() }
        #expect(error?.description.contains("database.minFreeBytes wants 100 MiB") == true)
        #expect(reserve.isShort)
        disk.free.withLock { $0 = 100 * Self.mebibyte }
        try reserve.check()
        #expect(!reserve.isShort)
    }

    @Test func `without a limit, and where it cannot be told, everything is written`() throws {
        disk.free.withLock { $0 = 0 }
        try reserve(minimumMebibytes: 0).check()
        disk.free.withLock { $0 = nil }
        try reserve().check()
    }

    @Test func `the ballast is made where there is room beside what has to stay free`() {
        let reserve = reserve()
        disk.free.withLock { $0 = 101 * Self.mebibyte }
        reserve.keep()
        #expect(ballastBytes == nil)
        disk.free.withLock { $0 = 102 * Self.mebibyte }
        reserve.keep()
        #expect(ballastBytes == 2 * 1_048_576)
    }

    @Test func `after a full disk nothing is written until the ballast could be made again`() throws {
        let reserve = reserve()
        reserve.keep()
        reserve.release()
        #expect(ballastBytes != nil, "it is given up only on a full disk")
        reserve.note(Self.full)
        #expect(throws: DiskReserve.Low.self) { try reserve.check() }
        reserve.release()
        #expect(ballastBytes == nil)
        disk.free.withLock { $0 = 101 * Self.mebibyte }
        reserve.keep()
        #expect(throws: DiskReserve.Low.self) { try reserve.check() }
        disk.free.withLock { $0 = 102 * Self.mebibyte }
        reserve.keep()
        try reserve.check()
        #expect(ballastBytes != nil)
    }

    @Test func `where there is no ballast to give up, a full disk is tried again`() throws {
        for reserve in [reserve(ballastMebibytes: 0), reserve()] {
            reserve.note(Self.full)
            try reserve.check()
        }
        let kept = reserve()
        kept.keep()
        kept.note(DatabaseError(resultCode: .SQLITE_BUSY))
        try kept.check()
    }
}
