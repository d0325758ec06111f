import Foundation
import Glibc
import TestSupport

/// A file system of its own, in a file, whose power can be cut: what was not synced is lost, as it is with a machine's.
///
/// ext4's shutdown (its header names it EXT4_IOC_SHUTDOWN, and 2 EXT4_GOING_FLAGS_NOLOGFLUSH) stops all writing at once
/// and leaves the journal as it is on the disk; the next mount replays that.
final class CuttableDisk {
    /// The `_IOR('X', 125, __u32)` of the kernel's include/uapi/linux/ext4.h.
    private static let shutdown: UInt = 0x8004_587D
    private static let withoutFlush: UInt32 = 2

    /// Whether this user may make such a disk here, and cut it.
    static var isPossible: Bool {
        guard geteuid() == 0, let disk = try? CuttableDisk(mebibytes: 8) else { return false }
        return (try? disk.cutPower()) != nil
    }

    private let folder: TemporaryFolder
    private let image: String
    /// Where it is mounted.
    let mountPoint: URL

    init(mebibytes: Int) throws {
        folder = try TemporaryFolder()
        image = folder.path("image")
        mountPoint = folder.url.appendingPathComponent("disk")
        try FileManager.default.createDirectory(at: mountPoint, withIntermediateDirectories: true)
        try TestProgram.run("truncate", ["-s", "\(mebibytes)M", image], in: folder.url)
        try TestProgram.run("mkfs.ext4", ["-q", "-F", image], in: folder.url)
        try mount()
    }

    deinit {
        try? TestProgram.run("umount", ["-l", mountPoint.path], in: URL(fileURLWithPath: "/"))
    }

    func path(_ name: String) -> String { mountPoint.appendingPathComponent(name).path }

    /// Cuts the power: from now on every write fails.
    ///
    /// - Throws: what the system says when that does not work, or when a write still succeeds.
    func cutPower() throws {
        let probe = open(path("probe"), O_WRONLY | O_CREAT | O_CLOEXEC, 0o600)
        let disk = open(mountPoint.path, O_RDONLY | O_CLOEXEC)
        defer {
            close(probe)
            close(disk)
        }
        guard probe >= 0, disk >= 0 else { throw Failure("the disk cannot be opened") }
        var flags = CuttableDisk.withoutFlush
        guard ioctl(disk, CuttableDisk.shutdown, &flags) == 0 else { throw Failure("the power cannot be cut") }
        guard write(probe, "x", 1) == -1, errno == EIO else { throw Failure("the disk still takes writes") }
    }

    /// Takes the disk out and puts it in again, once nobody has a file of it open.
    func restart() throws {
        try TestProgram.run("umount", [mountPoint.path], in: folder.url)
        try mount()
    }

    private func mount() throws {
        // The journal is not written by itself before five minutes, so that only what is synced is sure to stay.
        try TestProgram.run("mount", ["-o", "loop,commit=300", image, mountPoint.path], in: folder.url)
    }

    private struct Failure: Error, CustomStringConvertible {
        let description: String

        init(_ words: String) {
            description = "\(words): \(String(cString: strerror(errno)))"
        }
    }
}
