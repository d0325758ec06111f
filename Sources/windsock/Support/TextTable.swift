import Ingest

/// Lines of columns for people to read.
struct TextTable {
    struct Column {
        let title: String
        var isRight = false
    }

    /// The last column is cut to what is left of a terminal's line, but never shorter than this: a line that wraps says
    /// more than one that was cut to nothing.
    private static let minimumLastColumn = 80

    /// What stands between two columns.
    static let gap = "  "

    private let columns: [Column]
    private var rows: [[String]] = []

    init(_ columns: [Column]) {
        self.columns = columns
    }

    var isEmpty: Bool { rows.isEmpty }

    /// Adds a row; its texts may come from the network, since they are escaped here.
    mutating func add(_ cells: [String]) {
        precondition(cells.count == columns.count, "a row has a cell for each column")
        rows.append(cells.map(TerminalText.escaped))
    }

    /// The table's lines, the titles first.
    ///
    /// - Parameter width: The columns of the terminal; nil leaves the last column whole.
    /// - Returns: The lines joined, without the last line's end.
    func text(width: Int?) -> String {
        let titles = columns.map(\.title)
        let widths = columns.indices.map { index in
            ([titles] + rows).map { TextWidth.of($0[index]) }.max() ?? 0
        }
        let used = widths.dropLast().reduce(0) { $0 + $1 + TextTable.gap.count }
        let room = width.map { max($0 - used, TextTable.minimumLastColumn) }
        return ([titles] + rows).map { line($0, widths, room) }.joined(separator: "\n")
    }

    private func line(_ cells: [String], _ widths: [Int], _ room: Int?) -> String {
        var line = ""
        for (index, cell) in cells.enumerated() {
            if index > 0 { line += TextTable.gap }
            let isLast = index == cells.count - 1
            let text = if isLast, let room { TextWidth.cut(cell, to: room) } else { cell }
            let padding = String(repeating: " ", count: max(0, widths[index] - TextWidth.of(text)))
            line += columns[index].isRight ? padding + text : isLast ? text : text + padding
        }
        return line.last == " " ? String(line.reversed().drop { $0 == " " }.reversed()) : line
    }
}
