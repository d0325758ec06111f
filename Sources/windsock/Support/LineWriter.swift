import Foundation
import Ingest

/// A message as a line of a file.
enum ExportedLine {
    /// The message with tabs in the place of line ends.
    ///
    /// Between the parts of a JSON text both are white space (RFC 8259, section 2); within a string neither may stand as
    /// it is (section 7), so that a text that is no JSON for that reason stays none.
    ///
    /// - Parameter message: The message, UTF-8.
    /// - Returns: The line without its end.
    static func bytes(of message: [UInt8]) -> [UInt8] {
        message.map { $0 == UInt8(ascii: "\n") ? UInt8(ascii: "\t") : $0 }
    }
}

/// Writes lines to a new file, or to standard output.
struct LineWriter {
    private let file: FileHandle?
    private let isTerminal: Bool

    /// Opens the file; nil stands for standard output.
    ///
    /// - Parameter path: The file, which must not be there yet.
    /// - Throws: `CommandFailure`.
    init(to path: String?) throws {
        guard let path else {
            file = nil
            isTerminal = Terminal.current().columns != nil
            return
        }
        let descriptor = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o644)
        guard descriptor >= 0 else { throw LineWriter.failure(path, errno) }
        file = FileHandle(fileDescriptor: descriptor, closeOnDealloc: true)
        isTerminal = false
    }

    /// Writes a line as it is; on a terminal what could change its state is escaped.
    func write(_ line: [UInt8]) throws {
        if let file {
            try file.write(contentsOf: line + [UInt8(ascii: "\n")])
        } else {
            let text = String(decoding: line, as: UTF8.self)
            try Output.print(isTerminal ? TerminalText.escaped(text) : text)
        }
    }

    /// Has the system keep what was written.
    func close() throws {
        try file?.synchronize()
        try file?.close()
    }

    private static func failure(_ path: String, _ number: CInt) -> CommandFailure {
        CommandFailure(
            code: CommandFailure.Code.inputOutput,
            message: "cannot write \(TerminalText.escaped(path)): \(String(cString: strerror(number)))"
        )
    }
}
