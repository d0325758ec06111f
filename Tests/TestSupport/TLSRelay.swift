import Foundation
import Glibc

/// A process that ends TLS in front of a plain server, with an implementation that is not libcurl's.
package final class TLSRelay {
    package private(set) var port = 0

    private let process: Process
    private let input = Pipe()
    private let output = Pipe()
    private var unread: [UInt8] = []

    /// Starts it; `port` is open when it returns.
    ///
    /// - Parameters:
    ///   - certificate: The server's certificate, a file (PEM).
    ///   - key: Its key, a file (PEM).
    ///   - backendPort: Where the plain server listens.
    ///   - onlyVersion: The only version of TLS that it speaks, `1.1` or `1.2`; nil for what is usual.
    /// - Throws: What the system says.
    package init(certificate: String, key: String, backendPort: Int, onlyVersion: String? = nil) throws {
        let script = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
            .appendingPathComponent("Rigs/tls_relay.py")
        process = try TestProgram.make(
            "python3",
            [script.path, certificate, key, "\(backendPort)"] + (onlyVersion.map { [$0] } ?? [])
        )
        process.standardInput = input
        process.standardOutput = output
        try process.run()
        let line = try readLine()
        guard line.hasPrefix("port "), let port = Int(line.dropFirst(5)) else {
            throw TestProgram.Failure(description: "the relay did not start: \(line)")
        }
        self.port = port
    }

    deinit {
        // Not `terminate`: a process that a thread of a pool started inherits its mask, in which SIGTERM is blocked.
        kill(process.processIdentifier, SIGKILL)
    }

    /// The next line that the relay reports; waits for it.
    package func readLine() throws -> String {
        while true {
            if let end = unread.firstIndex(of: UInt8(ascii: "\n")) {
                defer { unread.removeFirst(end + 1) }
                return String(decoding: unread[..<end], as: UTF8.self)
            }
            var descriptor = pollfd(fd: output.fileHandleForReading.fileDescriptor, events: Int16(POLLIN), revents: 0)
            let data = poll(&descriptor, 1, 30_000) == 1 ? output.fileHandleForReading.availableData : Data()
            guard !data.isEmpty else {
                throw TestProgram.Failure(description: "the relay ended or says nothing")
            }
            unread += data
        }
    }
}
