import Ingest

/// Names and values, one pair a line, the values in one column.
struct FieldLines {
    private var lines: [(name: String, value: String)] = []

    /// Adds a line unless there is nothing to say; the value may come from the network, since it is escaped here.
    mutating func add(_ name: String, _ value: String?) {
        guard let value, !value.isEmpty else { return }
        lines.append((name, TerminalText.escaped(value)))
    }

    /// The lines joined, without the last line's end.
    var text: String {
        let width = lines.map(\.name.count).max() ?? 0
        return lines.map { line in
            line.name + String(repeating: " ", count: width - line.name.count + 2) + line.value
        }.joined(separator: "\n")
    }
}
