import Foundation

/// The standard output, written line by line so that a reader on a pipe sees each at once.
enum StandardOutput {
    static func line(_ text: String) {
        // Nobody reads any more: the simulator goes on serving without saying so.
        try? FileHandle.standardOutput.write(contentsOf: Data((text + "\n").utf8))
    }
}
