import Foundation

/// The guards' limits, as `limits.json` has them.
struct Limits: Decodable {
    struct Guard: Decodable {
        let name: String
        let unit: String
        /// What was measured when the limit was set.
        let measured: Double
        let limit: Double
    }

    /// On what the limits were measured.
    let measuredOn: String
    let guards: [Guard]

    init(contentsOf path: String) throws {
        self = try JSONDecoder().decode(Limits.self, from: Data(contentsOf: URL(fileURLWithPath: path)))
    }
}

extension Limits.Guard {
    /// What a measured value means.
    enum Verdict: String {
        case ok
        case tooMany = "TOO MANY"
        /// So few that either not all was counted, or the limit has lost its meaning and is to be set anew.
        case tooFew = "TOO FEW"
        case notMeasured = "NOT MEASURED"
    }

    func verdict(of value: Double?) -> Verdict {
        guard let value, value.isFinite else { return .notMeasured }
        if value > limit { return .tooMany }
        return value < measured / 2 ? .tooFew : .ok
    }
}
