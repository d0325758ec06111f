import Foundation
import Synchronization

/// One line of a ledger: what the server did.
package struct LedgerEntry: Sendable, Equatable, Codable {
    package enum What: String, Sendable, Codable {
        /// A connection began; `firstSeq` is where, absent at the end of the stream.
        case connected
        /// A request was refused; `detail` says with which status.
        case refused
        /// Events that a connection was sent, written to its socket or waiting for it.
        case sent
        /// Events that a blind connection asked for and was not sent.
        case withheld
        /// A connection ended; `detail` says why.
        case ended
        case fault
        /// A fault that lasts for a time is over.
        case faultEnded
    }

    /// Microseconds since the Unix epoch.
    package var atMicroseconds: Int64
    package let what: What
    package var connection: Int?
    package var wire: Wire?
    package var cursor: String?
    package var detail: String?
    package var events: Int?
    /// Numbers of the second wire: the `cursor` of the first, or where events have none, how many there were.
    package var firstSeq: Int64?
    package var lastSeq: Int64?
    package var firstTimeMicroseconds: Int64?
    package var lastTimeMicroseconds: Int64?

    init(_ what: What, connection: Int? = nil, detail: String? = nil) {
        atMicroseconds = WallClock.microseconds()
        self.what = what
        self.connection = connection
        self.detail = detail
    }

    init(_ what: What, connection: Int, _ span: EventSpan) {
        self.init(what, connection: connection)
        events = span.count
        firstSeq = span.firstNumber
        lastSeq = span.lastNumber
        firstTimeMicroseconds = span.firstTimeMicroseconds
        lastTimeMicroseconds = span.lastTimeMicroseconds
    }
}

/// What a server did, in the order in which it did it, in memory and as JSON lines in a file.
final class Ledger: Sendable {
    private struct State {
        var entries: [LedgerEntry] = []
        var file: FileHandle?
    }

    private let state: Mutex<State>

    /// - Parameter path: a file to write to as well; it is replaced.
    /// - Throws: `SimulatorError.file` if it cannot be written.
    init(path: String?) throws {
        guard let path else {
            state = Mutex(State())
            return
        }
        guard FileManager.default.createFile(atPath: path, contents: nil), let file = FileHandle(forWritingAtPath: path)
        else { throw SimulatorError.file(path: path, reason: "cannot be written") }
        state = Mutex(State(file: file))
    }

    var entries: [LedgerEntry] { state.withLock { $0.entries } }

    func add(_ entry: LedgerEntry) {
        state.withLock { state in
            state.entries.append(entry)
            guard let file = state.file else { return }
            let encoder = JSONEncoder()
            encoder.outputFormatting = .sortedKeys
            // A full disk ends the ledger, not the server; whoever reads the file sees where it ends.
            guard let line = try? encoder.encode(entry) else { return }
            try? file.write(contentsOf: line + [UInt8(ascii: "\n")])
        }
    }
}
