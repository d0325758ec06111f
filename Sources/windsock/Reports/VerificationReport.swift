import Ingest

/// What `windsock verify` looked at and found, as `--json` prints it: a contract, fields are only ever added.
struct VerificationReport: Encodable {
    struct Check: Encodable {
        /// `sums`, `rows`, `bytes`, `minutes`, `collections`, `gaps`, `inbox`, `effects`, `records`, `tombstones`, `run` or
        /// `file`.
        let name: String
        let isSound: Bool
        /// How many things were looked at.
        let examined: Int64
        /// One of them, in words.
        let unit: String
        let differenceCount: Int64
        /// The first differences, in words.
        let differences: [String]

        init(_ check: VerifiedCheck) {
            name = check.name.rawValue
            isSound = check.isSound
            examined = check.examined
            unit = check.unit
            differenceCount = check.differenceCount
            differences = check.differences
        }
    }

    let database: String
    /// Whether all of them are sound.
    let isSound: Bool
    let checks: [Check]
}
