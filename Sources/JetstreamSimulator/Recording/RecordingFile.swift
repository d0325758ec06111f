import Foundation
import NIOCore
import Synchronization

/// The file of a recording: a line for each message, written at once.
final class RecordingFile: Sendable {
    private struct State {
        let handle: FileHandle
        var messages = 0
    }

    private let state: Mutex<State>

    /// Creates the file, or empties it.
    ///
    /// - Throws: `SimulatorError.file` if it cannot be written.
    init(path: String) throws {
        guard FileManager.default.createFile(atPath: path, contents: nil),
            let handle = FileHandle(forWritingAtPath: path)
        else { throw SimulatorError.file(path: path, reason: "cannot be written") }
        state = Mutex(State(handle: handle))
    }

    var messages: Int { state.withLock { $0.messages } }

    /// Writes a message and returns how many there are now.
    func write(_ message: ByteBuffer) throws -> Int {
        let line = Data(Self.line(message))
        return try state.withLock { state in
            try state.handle.write(contentsOf: line)
            state.messages += 1
            return state.messages
        }
    }

    func close() throws {
        try state.withLock { try $0.handle.close() }
    }

    /// The message as a line: a line break between JSON tokens would make two of one.
    private static func line(_ message: ByteBuffer) -> [UInt8] {
        var line = Array(message.readableBytesView)
        for index in line.indices where line[index] == UInt8(ascii: "\n") || line[index] == UInt8(ascii: "\r") {
            line[index] = UInt8(ascii: " ")
        }
        line.append(UInt8(ascii: "\n"))
        return line
    }
}
