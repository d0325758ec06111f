/// Counts over time as a table with a bar for each part.
enum BucketChart {
    /// A bar's columns when standard output is no terminal.
    private static let standardBarColumns = 40
    private static let minimumBarColumns = 10
    private static let maximumBarColumns = 120

    /// The table.
    ///
    /// - Parameters:
    ///   - report: The counts.
    ///   - terminal: What shows them: decides the bars' length and what they are made of.
    /// - Returns: The lines joined, without the last line's end.
    static func text(_ report: BucketsReport, on terminal: Terminal) -> String {
        let plain = table(report) { _ in "" }.text(width: nil)
        let used = (plain.split(separator: "\n").map(\.count).max() ?? 0) + TextTable.gap.count
        let room = terminal.columns.map { min(max($0 - used, minimumBarColumns), maximumBarColumns) }
        let columns = room ?? standardBarColumns
        let most = report.items.map(\.total).max() ?? 0
        return table(report) { total in
            bar(total, of: most, columns: columns, isUnicode: terminal.isUnicode)
        }.text(width: nil)
    }

    /// A bar whose length is the number's share; a number above 0 is always seen.
    static func bar(_ value: Int64, of most: Int64, columns: Int, isUnicode: Bool) -> String {
        guard value > 0, most > 0 else { return "" }
        let length = max(1, Int((Double(value) / Double(most) * Double(columns)).rounded()))
        return String(repeating: isUnicode ? "\u{2588}" : "#", count: min(length, columns))
    }

    private static func table(_ report: BucketsReport, bar: (Int64) -> String) -> TextTable {
        var table = TextTable([
            TextTable.Column(title: "FROM (UTC)"), TextTable.Column(title: "CREATES", isRight: true),
            TextTable.Column(title: "UPDATES", isRight: true), TextTable.Column(title: "DELETES", isRight: true),
            TextTable.Column(title: "ERRORS", isRight: true), TextTable.Column(title: ""),
        ])
        for item in report.items {
            table.add([
                item.start.prefix(10) + " " + item.start.dropFirst(11).prefix(5), Words.number(item.creates),
                Words.number(item.updates), Words.number(item.deletes), Words.number(item.errors), bar(item.total),
            ])
        }
        return table
    }
}

extension BucketsReport.Item {
    fileprivate var total: Int64 { creates + updates + deletes + errors }
}
