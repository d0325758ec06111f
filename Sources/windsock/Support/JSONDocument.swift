import Foundation
import Ingest

/// What `--json` prints.
enum JSONDocument {
    /// A value as one JSON document with sorted keys.
    ///
    /// Characters that could change a terminal's state or turn the direction of writing are written as `\uXXXX`, which
    /// means the same to a JSON parser.
    ///
    /// - Parameter value: One of the report types, whose fields are a contract.
    /// - Returns: The document without a line end.
    /// - Throws: `EncodingError`, which no report causes.
    static func text(_ value: some Encodable) throws -> String {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        let text = String(decoding: try encoder.encode(value), as: UTF8.self)
        guard text.unicodeScalars.contains(where: TerminalText.isUnsafe) else { return text }
        var result = ""
        for scalar in text.unicodeScalars {
            guard TerminalText.isUnsafe(scalar) else {
                result.unicodeScalars.append(scalar)
                continue
            }
            for unit in String(scalar).utf16 {
                let digits = String(unit, radix: 16)
                result += "\\u\(String(repeating: "0", count: 4 - digits.count))\(digits)"
            }
        }
        return result
    }
}
