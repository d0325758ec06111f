/// Makes text that came from outside fit for one line of a terminal or a log.
package enum TerminalText {
    /// Writes everything that is not to be seen as itself as `\u{...}`: control characters with ESC and line ends, the
    /// characters that turn the direction of writing, and the other invisible ones.
    ///
    /// A backslash stays as it is, so that JSON remains readable: the result is for people, not for reading back.
    ///
    /// - Parameter text: Any text.
    /// - Returns: A text of one line that changes neither a terminal's state nor the order of what stands around it.
    package static func escaped(_ text: String) -> String {
        guard text.unicodeScalars.contains(where: isUnsafe) else { return text }
        var result = ""
        for scalar in text.unicodeScalars {
            if isUnsafe(scalar) {
                result += "\\u{\(String(scalar.value, radix: 16, uppercase: true))}"
            } else {
                result.unicodeScalars.append(scalar)
            }
        }
        return result
    }

    /// Whether a character is one that ``escaped(_:)`` writes in figures.
    package static func isUnsafe(_ scalar: Unicode.Scalar) -> Bool {
        if scalar.isASCII { return scalar.value < 0x20 || scalar.value == 0x7F }
        switch scalar.properties.generalCategory {
        case .control, .lineSeparator, .paragraphSeparator, .surrogate: return true
        case .format: return !isJoiner(scalar)
        default: return false
        }
    }

    /// The joiners, without which families of emoji and Persian words fall apart; they change nothing around them.
    private static func isJoiner(_ scalar: Unicode.Scalar) -> Bool {
        scalar == "\u{200C}" || scalar == "\u{200D}"
    }
}
