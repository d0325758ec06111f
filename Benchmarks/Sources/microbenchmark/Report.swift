import Foundation

/// What is printed.
enum Report {
    private static let header = ["benchmark", "min ns", "median ns", "allocations", "operations"]

    static func json(_ measurements: [Measurement]) throws -> String {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .prettyPrinted]
        return String(decoding: try encoder.encode(measurements), as: UTF8.self)
    }

    /// A line a benchmark: names to the left, numbers to the right.
    static func table(_ measurements: [Measurement]) -> String {
        let rows = [header] + measurements.map(row)
        let widths = header.indices.map { column in rows.map { $0[column].count }.max() ?? 0 }
        let lines = rows.map { row in
            zip(row, widths).enumerated().map { column, cell in
                let blanks = String(repeating: " ", count: cell.1 - cell.0.count)
                return column == 0 ? cell.0 + blanks : blanks + cell.0
            }
            .joined(separator: "  ")
        }
        return lines.joined(separator: "\n")
    }

    private static func row(_ measurement: Measurement) -> [String] {
        [
            measurement.name,
            String(format: "%.0f", measurement.minimumNanoseconds),
            String(format: "%.0f", measurement.medianNanoseconds),
            String(format: "%.2f", measurement.allocations),
            "\(measurement.samples) x \(measurement.operationsPerSample)",
        ]
    }
}
