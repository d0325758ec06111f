import Foundation

/// What standard output can show.
struct Terminal {
    /// Wide enough for a table, and for a file or a pipe.
    private static let standardColumns = 80

    /// The columns of the terminal; nil when standard output is none.
    let columns: Int?

    /// Whether it shows more than ASCII.
    let isUnicode: Bool

    /// Standard output as it is.
    static func current() -> Terminal {
        guard isatty(STDOUT_FILENO) == 1 else { return Terminal(columns: nil, isUnicode: false) }
        var size = winsize()
        let isKnown = ioctl(STDOUT_FILENO, UInt(TIOCGWINSZ), &size) == 0 && size.ws_col > 0
        return Terminal(
            columns: isKnown ? Int(size.ws_col) : standardColumns,
            isUnicode: isUnicode(ProcessInfo.processInfo.environment)
        )
    }

    /// Whether the locale's encoding is UTF-8, by the variables that decide it, in their order
    /// (https://pubs.opengroup.org/onlinepubs/9699919799/basedefs/V1_chap08.html#tag_08_02).
    ///
    /// - Parameter environment: The variables.
    /// - Returns: False when none is set: the C locale.
    static func isUnicode(_ environment: [String: String]) -> Bool {
        let locale = ["LC_ALL", "LC_CTYPE", "LANG"].lazy.compactMap { environment[$0] }.first { !$0.isEmpty }
        return locale.map { $0.lowercased().replacing("-", with: "").contains("utf8") } ?? false
    }
}
