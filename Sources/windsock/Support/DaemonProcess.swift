import Foundation
import Store

/// The process that wrote of itself into the database.
struct DaemonProcess {
    /// How exactly the start of a process is known.
    private static let startMarginMicroseconds: Int64 = 2 * UTCTimestamp.microsecondsPerSecond

    /// A daemon that wrote within this time is taken at its word, since the clock may have been set after its start.
    private static let freshMicroseconds: Int64 = 60 * UTCTimestamp.microsecondsPerSecond

    private let row: RunRow

    init(_ row: RunRow) {
        self.row = row
    }

    /// Whether it still runs: its number is in use, and not by a process that was started after it.
    ///
    /// Numbers are given out again, after a restart of the machine even soon.
    func isRunning(nowMicroseconds: Int64) -> Bool {
        guard let identifier = pid_t(exactly: row.processID), identifier > 0 else { return false }
        guard kill(identifier, 0) == 0 || errno == EPERM else { return false }
        let age = nowMicroseconds.subtractingReportingOverflow(row.updatedAtMicroseconds)
        if !age.overflow, age.partialValue < DaemonProcess.freshMicroseconds { return true }
        guard let start = DaemonProcess.start(of: identifier, nowMicroseconds: nowMicroseconds) else { return true }
        return start - DaemonProcess.startMarginMicroseconds <= row.startedAtMicroseconds
    }

    /// When a process was started, in microseconds since the Unix epoch; nil when the system does not say
    /// (`/proc/PID/stat`, field 22: https://man7.org/linux/man-pages/man5/proc_pid_stat.5.html).
    private static func start(of identifier: pid_t, nowMicroseconds: Int64) -> Int64? {
        guard let stat = try? String(contentsOfFile: "/proc/\(identifier)/stat", encoding: .utf8),
            let nameEnd = stat.lastIndex(of: ")")
        else { return nil }
        // The fields after the name begin with the third.
        let fields = stat[nameEnd...].split(separator: " ").dropFirst()
        guard let text = fields.dropFirst(19).first, let ticks = Int64(text) else { return nil }
        var uptime = timespec()
        let ticksPerSecond = Int64(sysconf(Int32(_SC_CLK_TCK)))
        guard ticksPerSecond > 0, clock_gettime(CLOCK_BOOTTIME, &uptime) == 0 else { return nil }
        let uptimeMicroseconds = Int64(uptime.tv_sec) * UTCTimestamp.microsecondsPerSecond
        return nowMicroseconds - uptimeMicroseconds + ticks * UTCTimestamp.microsecondsPerSecond / ticksPerSecond
    }
}
