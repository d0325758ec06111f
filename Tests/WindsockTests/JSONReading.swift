import Foundation

/// A JSON document as a program that reads the contract would see it.
///
/// A member that is not there is null, as in jq.
struct JSONReading: CustomStringConvertible {
    private let value: Any?

    init(_ text: String) throws {
        value = try JSONSerialization.jsonObject(with: Data(text.utf8), options: .fragmentsAllowed)
    }

    private init(value: Any?) {
        self.value = value
    }

    subscript(key: String) -> JSONReading {
        JSONReading(value: (value as? [String: Any])?[key])
    }

    subscript(index: Int) -> JSONReading {
        let array = value as? [Any]
        return JSONReading(value: array.flatMap { $0.indices.contains(index) ? $0[index] : nil })
    }

    var string: String? { value as? String }
    var int: Int? { (value as? NSNumber)?.intValue }
    var bool: Bool? { value as? Bool }
    var count: Int { (value as? [Any])?.count ?? 0 }
    var array: [JSONReading] { (value as? [Any])?.map(JSONReading.init(value:)) ?? [] }
    var keys: Set<String> { Set((value as? [String: Any])?.keys.map(\.self) ?? []) }
    var description: String { value.map { "\($0)" } ?? "null" }
}
