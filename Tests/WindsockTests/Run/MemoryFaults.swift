import Foundation
import GRDB
import Glibc
import JetstreamSimulator
import Store
import TestSupport
import Testing

@testable import Jetstream

/// A server that is faster than the database, which another process holds.
@Suite(.serialized) struct MemoryFaults {
    /// What may be in memory beside the program's code, in KiB: the design allows 96 MiB, of which a release build's code
    /// takes 32, and a debug build's more.
    private static let limitKibibytes = 64 * 1024

    enum Stream: String, CaseIterable, CustomTestStringConvertible {
        case largeMessages, largeCompressedMessages, usualMessages

        var testDescription: String { rawValue }
        var wire: Wire { self == .largeCompressedMessages ? .v2 : .v1 }
    }

    private static func configuration(_ stream: Stream) -> SimulatorConfiguration {
        var configuration = SimulatorConfiguration()
        configuration.source = stream == .usualMessages ? .generated(events: 60_000) : .lines(largeLines())
        configuration.wires = [stream.wire]
        return configuration
    }

    /// Events that are nearly as large as a message may be; the second wire's form is a little longer.
    private static func largeLines() -> [String] {
        let start = Int64(Date().timeIntervalSince1970 * 1_000_000) - 1_000_000
        let text = String(repeating: "how the wind blows ", count: Subscription.maximumMessageBytes / 19 - 100)
        return (0..<40).map { index in
            let time = start + Int64(index)
            return """
                {"did":"did:plc:ewvi7nxzyoun6zhxrhs64oiz","time_us":\(time),"kind":"commit","commit":{\
                "rev":"\(TID(lastAt: time).text)","operation":"create","collection":"app.bsky.feed.post",\
                "rkey":"key\(index)","record":{"$type":"app.bsky.feed.post","text":"\(text)"},\
                "cid":"bafyreigh2akiscaildcqabsyg3dfr6chu3fgpregiymsck7e7aqa4s52zy"}}
                """
        }
    }

    /// A figure of /proc/PID/status in KiB.
    private func kibibytes(_ name: String, of process: RunningProcess) throws -> Int {
        let text = try String(contentsOfFile: "/proc/\(process.processIdentifier)/status", encoding: .utf8)
        let line = try #require(text.split(separator: "\n").first { $0.hasPrefix(name + ":") })
        return try #require(line.split(whereSeparator: \.isWhitespace).dropFirst().first.flatMap { Int($0) })
    }

    /// Holds the database until the daemon has said that it cannot write.
    private func holdUp(_ daemon: RunningProcess, _ rig: DaemonRig) async throws {
        var options = Configuration()
        options.allowsUnsafeTransactions = true
        let other = try DatabaseQueue(path: rig.database, configuration: options)
        try await other.writeWithoutTransaction { db in
            try db.execute(sql: "PRAGMA busy_timeout = 10000; BEGIN IMMEDIATE")
        }
        try await eventually("the daemon is held up: \(daemon.log)") { daemon.log.contains("does not take writes") }
        try await other.writeWithoutTransaction { db in try db.execute(sql: "ROLLBACK") }
    }

    @Test(arguments: Stream.allCases)
    func `a server that is faster than the database leaves the peak of memory bounded`(_ stream: Stream) async throws {
        let rig = try await DaemonRig(Self.configuration(stream))
        // The schema is there, so that the lock can be taken before the daemon comes to write events.
        try Store.open(path: rig.database, access: .daemon(synchronous: .normal)).close()
        let settings = """
            {"jetstream": {"compress": \(stream.wire == .v2)}, "database": {"minFreeBytes": 0, "ballastBytes": 0}}
            """
        let daemon = try rig.start(["--config", try rig.folder.write(settings, to: "config.json")])
        try await eventually("it is connected: \(daemon.log)") { daemon.log.contains("Connected") }
        try await holdUp(daemon, rig)
        try await rig.waitForCommits(ExpectedState(rig.server.events()).commits.count)
        let peak = try kibibytes("VmHWM", of: daemon) - kibibytes("RssFile", of: daemon)
        #expect(peak < Self.limitKibibytes, "\(peak) KiB")
        #expect(try await rig.stop(daemon) == .exited(0))
        try await rig.server.stop()
    }
}
