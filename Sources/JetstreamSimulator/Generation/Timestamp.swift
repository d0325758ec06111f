/// RFC 3339 texts of moments, without a calendar library: the stream is in UTC.
enum Timestamp {
    /// The moment as records and account events carry it, to the millisecond: `2026-07-04T14:38:08.999Z`.
    ///
    /// - Parameter microseconds: microseconds since the Unix epoch.
    /// - Returns: RFC 3339 text in UTC.
    static func string(microseconds: Int64) -> String {
        string(floorDivide(microseconds, 1_000), ofSecond: 1_000, digits: 3)
    }

    /// The moment as events of the second wire carry it, to the microsecond: `2026-07-04T14:38:08.085434Z`.
    ///
    /// - Parameter microseconds: microseconds since the Unix epoch.
    /// - Returns: RFC 3339 text in UTC, with six digits after the point.
    static func preciseString(microseconds: Int64) -> String {
        string(microseconds, ofSecond: 1_000_000, digits: 6)
    }

    /// The moment as RFC 3339 text in UTC.
    ///
    /// - Parameters:
    ///   - ticks: ticks since the Unix epoch.
    ///   - ofSecond: how many ticks are a second.
    ///   - digits: how many digits a fraction of a second has.
    /// - Returns: RFC 3339 text.
    private static func string(_ ticks: Int64, ofSecond: Int64, digits: Int) -> String {
        let days = floorDivide(ticks, 86_400 * ofSecond)
        let ofDay = ticks - days * 86_400 * ofSecond
        let seconds = Int(ofDay / ofSecond)
        let (year, month, day) = civil(days: Int(days))
        return String(unsafeUninitializedCapacity: 21 + digits) { text in
            put(year, digits: 4, at: 0, ending: "-", in: text)
            put(month, digits: 2, at: 5, ending: "-", in: text)
            put(day, digits: 2, at: 8, ending: "T", in: text)
            put(seconds / 3_600, digits: 2, at: 11, ending: ":", in: text)
            put(seconds / 60 % 60, digits: 2, at: 14, ending: ":", in: text)
            put(seconds % 60, digits: 2, at: 17, ending: ".", in: text)
            put(Int(ofDay % ofSecond), digits: digits, at: 20, ending: "Z", in: text)
            return 21 + digits
        }
    }

    private static func put(
        _ number: Int,
        digits: Int,
        at start: Int,
        ending: Unicode.Scalar,
        in text: UnsafeMutableBufferPointer<UInt8>
    ) {
        var rest = number
        for index in stride(from: start + digits - 1, through: start, by: -1) {
            text[index] = UInt8(truncatingIfNeeded: 48 + rest % 10)
            rest /= 10
        }
        text[start + digits] = UInt8(truncatingIfNeeded: ending.value)
    }

    /// Days since the epoch as a date of the Gregorian calendar, counted in eras of 400 years that start in March.
    private static func civil(days: Int) -> (year: Int, month: Int, day: Int) {
        let shifted = days + 719_468
        let era = Int(floorDivide(Int64(shifted), 146_097))
        let ofEra = shifted - era * 146_097
        let yearOfEra = (ofEra - ofEra / 1_460 + ofEra / 36_524 - ofEra / 146_096) / 365
        let ofYear = ofEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
        let monthFromMarch = (5 * ofYear + 2) / 153
        let day = ofYear - (153 * monthFromMarch + 2) / 5 + 1
        let month = monthFromMarch < 10 ? monthFromMarch + 3 : monthFromMarch - 9
        return (yearOfEra + era * 400 + (month <= 2 ? 1 : 0), month, day)
    }

    private static func floorDivide(_ value: Int64, _ divisor: Int64) -> Int64 {
        let quotient = value / divisor
        return value % divisor < 0 ? quotient - 1 : quotient
    }
}
