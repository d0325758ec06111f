import TestSupport
import Testing

@testable import Store

struct UTCTimestampTests {
    static let table: [(Int64, String)] = [
        (0, "1970-01-01T00:00:00.000000Z"),
        (-1, "1969-12-31T23:59:59.999999Z"),
        (1_783_175_888_085_434, "2026-07-04T14:38:08.085434Z"),
        (951_782_400_000_000, "2000-02-29T00:00:00.000000Z"),
        (951_868_799_999_999, "2000-02-29T23:59:59.999999Z"),
        (951_868_800_000_000, "2000-03-01T00:00:00.000000Z"),
        (4_107_542_400_000_000, "2100-03-01T00:00:00.000000Z"),
        (4_107_542_399_999_999, "2100-02-28T23:59:59.999999Z"),
        (1_709_164_800_000_001, "2024-02-29T00:00:00.000001Z"),
        (-62_167_219_200_000_000, "0000-01-01T00:00:00.000000Z"),
        (253_402_300_799_999_999, "9999-12-31T23:59:59.999999Z"),
    ]

    @Test(arguments: table)
    func `writes and reads known times`(microseconds: Int64, text: String) {
        #expect(UTCTimestamp.text(microseconds: microseconds) == text)
        #expect(UTCTimestamp.microseconds(text) == microseconds)
    }

    @Test(arguments: [
        "", "2026-07-04T14:38:08Z", "2026-07-04T14:38:08.08543Z", "2026-07-04T14:38:08.0854340Z",
        "2026-07-04 14:38:08.085434Z", "2026-07-04T14:38:08.085434+", "2026-02-29T00:00:00.000000Z",
        "2100-02-29T00:00:00.000000Z", "2026-04-31T00:00:00.000000Z", "2026-13-01T00:00:00.000000Z",
        "2026-00-01T00:00:00.000000Z", "2026-01-00T00:00:00.000000Z", "2026-01-32T00:00:00.000000Z",
        "2026-01-01T24:00:00.000000Z", "2026-01-01T00:60:00.000000Z", "2026-01-01T00:00:60.000000Z",
        "2O26-01-01T00:00:00.000000Z", "+026-01-01T00:00:00.000000Z", "2026-01-01T00:00:00.00000\u{0}Z",
    ])
    func `refuses what is not exactly such a text`(text: String) {
        #expect(UTCTimestamp.microseconds(text) == nil)
    }

    @Test
    func `keeps to the years that have four digits`() {
        #expect(UTCTimestamp.text(microseconds: .min) == "0000-01-01T00:00:00.000000Z")
        #expect(UTCTimestamp.text(microseconds: .max) == "9999-12-31T23:59:59.999999Z")
    }

    @Test
    func `comes back from text, sorts as the times do, and counts minutes, for random times`() throws {
        var generator = SeededGenerator(seed: 1)
        var previous = (time: Int64.min, text: "")
        let times = (0..<20_000).map { _ in
            Int64.random(in: UTCTimestamp.earliest...UTCTimestamp.latest, using: &generator)
        }
        for time in times.sorted() {
            let text = UTCTimestamp.text(microseconds: time)
            try #require(text.utf8.count == UTCTimestamp.length)
            try #require(UTCTimestamp.microseconds(text) == time)
            try #require(previous.time == time || previous.text < text)
            let minute = UTCTimestamp.minute(time)
            let minuteText = UTCTimestamp.text(microseconds: minute * UTCTimestamp.microsecondsPerMinute)
            try #require(minuteText == text.prefix(17) + "00.000000Z")
            previous = (time, text)
        }
    }

    @Test
    func `walks the days of four centuries in calendar order`() throws {
        var date = CivilDate(year: 1970, month: 1, day: 1)
        for days in Int64(0)..<146_097 {
            try #require(CivilDate(daysSinceEpoch: days) == date)
            try #require(date.daysSinceEpoch == days)
            date = successor(of: date)
        }
        #expect(date == CivilDate(year: 2370, month: 1, day: 1))
    }

    private func successor(of date: CivilDate) -> CivilDate {
        let isLeap = date.year % 4 == 0 && (date.year % 100 != 0 || date.year % 400 == 0)
        let lengths: [Int64] = [31, isLeap ? 29 : 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31]
        if date.day < lengths[Int(date.month) - 1] {
            return CivilDate(year: date.year, month: date.month, day: date.day + 1)
        }
        guard date.month == 12 else { return CivilDate(year: date.year, month: date.month + 1, day: 1) }
        return CivilDate(year: date.year + 1, month: 1, day: 1)
    }
}
