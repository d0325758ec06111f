import Foundation

/// Standard output and standard error, of which every failure is noticed.
enum Output {
    enum Failure: Error, CustomStringConvertible {
        /// Nobody reads any more, as after `| head`.
        case closed
        /// Any other reason, as the system's number for it.
        case system(CInt)

        var description: String {
            switch self {
            case .closed: "standard output is closed"
            case .system(let code): "standard output cannot be written: \(String(cString: strerror(code)))"
            }
        }
    }

    /// Makes a closed pipe an error of writing instead of the program's sudden end.
    static func ignoreBrokenPipes() {
        signal(SIGPIPE, SIG_IGN)
    }

    /// Writes a text as it is to standard output.
    ///
    /// - Parameter text: The text; what came from the network must be escaped in it.
    /// - Throws: ``Failure``.
    static func write(_ text: String) throws(Failure) {
        try write(text, to: STDOUT_FILENO)
    }

    /// Writes a text and a line end to standard output.
    ///
    /// - Parameter text: The text; what came from the network must be escaped in it.
    /// - Throws: ``Failure``.
    static func print(_ text: String) throws(Failure) {
        try write("\(text)\n", to: STDOUT_FILENO)
    }

    /// Writes a message to standard error, with the program's name before its first line.
    ///
    /// - Parameter message: What went wrong.
    static func complain(_ message: String) {
        // If standard error cannot be written, there is nowhere left to say so.
        try? write("windsock: \(message)\n", to: STDERR_FILENO)
    }

    /// Writes a hint to standard error, so that standard output holds nothing but the answer.
    ///
    /// - Parameter hint: What stands beside the answer.
    static func note(_ hint: String) {
        // A hint that cannot be written is not missed.
        try? write("\(hint)\n", to: STDERR_FILENO)
    }

    private static func write(_ text: String, to descriptor: CInt) throws(Failure) {
        let bytes = Array(text.utf8)
        var written = 0
        while written < bytes.count {
            let count = bytes[written...].withUnsafeBytes { Foundation.write(descriptor, $0.baseAddress, $0.count) }
            if count >= 0 {
                written += count
            } else if errno == EPIPE {
                throw .closed
            } else if errno != EINTR {
                throw .system(errno)
            }
        }
    }
}
