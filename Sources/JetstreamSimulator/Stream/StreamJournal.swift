import Foundation

/// Everything that a stream ever held, as JSON lines in a file, whatever was withheld from connections or forgotten since.
///
/// A line has `seq` and `timeMicroseconds` as cursors mean them, and what it was: `event`, as the first wire has it,
/// `injected`, the kind of a bad message, or `unreadable`. A line with `reset` says that the numbers begin anew.
final class StreamJournal: Sendable {
    private static let lineEnd = Array("}\n".utf8)

    private let file: FileHandle

    /// - Parameter path: the file, which is replaced.
    /// - Throws: `SimulatorError.file` if it cannot be written.
    init(path: String) throws {
        guard FileManager.default.createFile(atPath: path, contents: nil), let file = FileHandle(forWritingAtPath: path)
        else { throw SimulatorError.file(path: path, reason: "cannot be written") }
        self.file = file
    }

    /// Writes a message down.
    ///
    /// - Parameters:
    ///   - message: the message.
    ///   - number: its number on the second wire.
    ///   - timeMicroseconds: its time since the Unix epoch, or that of the message before it.
    func add(_ message: StreamMessage, number: Int64, timeMicroseconds: Int64) {
        var line = Array("{\"seq\":\(number),\"timeMicroseconds\":\(timeMicroseconds)".utf8)
        switch message.kind {
        case .injected(let kind): line += Array(",\"injected\":\"\(kind.rawValue)\"".utf8)
        case .unreadable: line += Array(",\"unreadable\":true".utf8)
        case .event:
            line += Array(",\"event\":".utf8)
            switch message.payload {
            case .text(let text): line += Array(text.utf8)
            case .bytes(let bytes): line += bytes
            }
        }
        write(line)
    }

    /// Writes down that the stream is empty again.
    func addReset() {
        write(Array("{\"reset\":true".utf8))
    }

    private func write(_ line: [UInt8]) {
        // A full disk ends the journal, not the server; whoever reads the file sees where it ends.
        try? file.write(contentsOf: Data(line + StreamJournal.lineEnd))
    }
}
