import Foundation
import TestSupport
import Testing

@testable import Jetstream

extension RFC3339 {
    fileprivate static func microseconds(_ text: String) -> Int64? {
        Array(text.utf8).withUnsafeBytes { microseconds($0) }
    }
}

struct RFC3339Tests {
    @Test(
        arguments: [
            ("1970-01-01T00:00:00Z", 0), ("1970-01-01T00:00:00.000001Z", 1), ("1969-12-31T23:59:59.999999Z", -1),
            ("2026-05-25T14:23:29.950Z", 1_779_719_009_950_000), ("2026-05-25t14:23:29.95z", 1_779_719_009_950_000),
            ("2026-05-25 14:23:29.9500009Z", 1_779_719_009_950_000),
            ("2026-05-25T16:23:29.95+02:00", 1_779_719_009_950_000),
            ("2026-05-25T08:53:29.95-05:30", 1_779_719_009_950_000),
            ("2000-02-29T00:00:00Z", 951_782_400_000_000), ("2016-12-31T23:59:60Z", 1_483_228_799_000_000),
            ("0001-01-01T00:00:00Z", -62_135_596_800_000_000),
            ("9999-12-31T23:59:59.999999Z", 253_402_300_799_999_999),
            ("2024-01-01T00:00:00.123456789012345678901234567890Z", 1_704_067_200_123_456),
        ] as [(String, Int64)]
    )
    func `reads a date`(text: String, microseconds: Int64) {
        #expect(RFC3339.microseconds(text) == microseconds)
    }

    @Test(arguments: [
        "", "2026", "2026-05-25", "2026-05-25T14:23:29", "2026-05-25T14:23Z", "2026-05-25T14:23:29.Z",
        "2026-13-01T00:00:00Z", "2026-00-01T00:00:00Z", "2026-01-00T00:00:00Z", "2026-01-32T00:00:00Z",
        "2026-02-29T00:00:00Z", "1900-02-29T00:00:00Z", "2024-02-30T00:00:00Z", "2026-04-31T00:00:00Z",
        "2026-01-01T24:00:00Z", "2026-01-01T00:60:00Z", "2026-01-01T00:00:61Z", "0000-01-01T00:00:00Z",
        "2026-01-01T00:00:00+24:00", "2026-01-01T00:00:00+0200", "2026-01-01T00:00:00+02", "2026-01-01T00:00:00ZZ",
        "12026-01-01T00:00:00Z", "2026-1-1T0:0:0Z", "２０26-01-01T00:00:00Z", "2026-01-01T00:00:00 Z",
        "2026/01/01T00:00:00Z", "-026-01-01T00:00:00Z", "2026-01-01T00:00:00.1é",
    ])
    func `refuses what is no date`(text: String) {
        #expect(RFC3339.microseconds(text) == nil)
    }

    @Test func `agrees with another implementation`() {
        // Before 1583 the other one follows the Julian calendar.
        var random = SeededGenerator(seed: 9)
        for _ in 0..<2_000 {
            let seconds = Int64.random(in: -12_212_553_600...253_402_300_799, using: &random)
            let text = Date(timeIntervalSince1970: Double(seconds)).formatted(.iso8601)
            #expect(RFC3339.microseconds(text) == seconds * 1_000_000, "\(text)")
        }
    }
}
