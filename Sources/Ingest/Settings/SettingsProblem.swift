/// One thing that is wrong with a configuration.
package enum SettingsProblem: Sendable, Equatable, CustomStringConvertible {
    /// The file cannot be read, or holds no JSON object; the reason in words.
    case unreadable(String)

    /// A key that no version of this program knows: where it stands, and the known one that it looks like.
    case unknownKey(String, nearest: String?)

    /// A value that a field may not have.
    case value(field: String, value: String, allowed: String)

    /// Longer values are cut in messages.
    private static let maximumValueCharacters = 80

    package var description: String {
        switch self {
        case .unreadable(let reason):
            TerminalText.escaped(reason)
        case .unknownKey(let key, let nearest?):
            "unknown key \"\(Self.shortened(key))\" (did you mean \"\(nearest)\"?)"
        case .unknownKey(let key, nil):
            "unknown key \"\(Self.shortened(key))\""
        case .value(let field, let value, let allowed):
            "\(field): must be \(allowed) (got \(Self.shortened(value)))"
        }
    }

    private static func shortened(_ value: String) -> String {
        let text = TerminalText.escaped(value)
        return text.count <= maximumValueCharacters ? text : text.prefix(maximumValueCharacters) + "..."
    }
}

/// Why a configuration cannot be used: every problem that it has.
package struct SettingsError: Error, Equatable, CustomStringConvertible {
    package var file: String
    package var problems: [SettingsProblem]

    /// One line for each problem.
    package var description: String {
        problems.map { "\(TerminalText.escaped(file)): \($0)" }.joined(separator: "\n")
    }
}
