/// JSON strings as the real server writes them.
enum JSONText {
    /// Appends a string with its quotes.
    ///
    /// Beside what JSON asks for, `&`, `<` and `>` are escaped, because the server's encoder (Go's) does.
    static func append(_ text: String, to json: inout String) {
        json += "\""
        if text.utf8.contains(where: needsEscape) {
            for scalar in text.unicodeScalars {
                append(scalar, to: &json)
            }
        } else {
            json += text
        }
        json += "\""
    }

    private static func needsEscape(_ byte: UInt8) -> Bool {
        byte < 0x20 || byte == 0x22 || byte == 0x5C || byte == 0x26 || byte == 0x3C || byte == 0x3E || byte == 0xE2
    }

    private static func append(_ scalar: Unicode.Scalar, to json: inout String) {
        switch scalar {
        case "\"": json += "\\\""
        case "\\": json += "\\\\"
        case "\n": json += "\\n"
        case "\r": json += "\\r"
        case "\t": json += "\\t"
        case "&": json += "\\u0026"
        case "<": json += "\\u003c"
        case ">": json += "\\u003e"
        case "\u{2028}": json += "\\u2028"
        case "\u{2029}": json += "\\u2029"
        case "\u{0}"..."\u{F}": json += "\\u000" + String(scalar.value, radix: 16)
        case "\u{10}"..."\u{1F}": json += "\\u00" + String(scalar.value, radix: 16)
        default: json.unicodeScalars.append(scalar)
        }
    }
}
