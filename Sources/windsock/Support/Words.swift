import Foundation
import Store

/// Numbers, sizes and times as people read them.
enum Words {
    /// With commas, as in `12,345`.
    static func number(_ value: Int64) -> String {
        let digits = Array(String(value.magnitude))
        var text = value < 0 ? "-" : ""
        for (index, digit) in digits.enumerated() {
            if index > 0, (digits.count - index) % 3 == 0 { text.append(",") }
            text.append(digit)
        }
        return text
    }

    static func number(_ value: Int) -> String {
        number(Int64(value))
    }

    /// A number with its noun, as in `1 event` and `2 events`.
    static func count(_ value: Int64, _ noun: String) -> String {
        "\(number(value)) \(noun)\(value == 1 ? "" : "s")"
    }

    /// A size, as in `512 B` and `12.3 MiB`.
    static func bytes(_ value: Int64) -> String {
        guard value >= 1024 else { return "\(value) B" }
        var size = Double(value)
        var unit = ""
        for next in ["KiB", "MiB", "GiB", "TiB"] where size >= 1024 {
            size /= 1024
            unit = next
        }
        return "\(String(format: "%.1f", size)) \(unit)"
    }

    /// `2026-07-04 14:38:08`, UTC, of a text that ``UTCTimestamp`` wrote; another text stays as it is.
    static func time(_ timestamp: String) -> String {
        guard UTCTimestamp.microseconds(timestamp) != nil else { return timestamp }
        return timestamp.prefix(10) + " " + timestamp.dropFirst(11).prefix(8)
    }

    static func time(microseconds: Int64) -> String {
        time(UTCTimestamp.text(microseconds: microseconds))
    }

    /// A time span in its largest sensible unit, as in `0.4 s`, `12 s`, `3 min`, `5 h` and `2 days`.
    static func duration(milliseconds: Int64) -> String {
        let seconds = milliseconds / 1000
        return switch seconds {
        case ..<10: String(format: "%.1f s", Double(milliseconds) / 1000)
        case ..<120: "\(seconds) s"
        case ..<7200: "\(seconds / 60) min"
        case ..<172_800: "\(seconds / 3600) h"
        default: "\(number(seconds / 86_400)) days"
        }
    }
}
