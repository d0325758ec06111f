/// Times as the database holds them: microseconds since the Unix epoch, or fixed-width UTC text that sorts.
///
/// The text is `YYYY-MM-DDTHH:MM:SS.ffffffZ`, 27 characters. Dates are those of the proleptic Gregorian calendar, by
/// the arithmetic of days since the epoch in eras of 400 years
/// (https://howardhinnant.github.io/date_algorithms.html), which needs neither a formatter nor a time zone.
package enum UTCTimestamp {
    package static let microsecondsPerSecond: Int64 = 1_000_000
    package static let microsecondsPerMinute: Int64 = 60_000_000
    static let microsecondsPerDay: Int64 = 86_400_000_000

    /// The number of characters of a text.
    package static let length = 27

    /// 0000-01-01T00:00:00.000000Z, the earliest time that the text can hold.
    static let earliest: Int64 = -62_167_219_200_000_000

    /// 9999-12-31T23:59:59.999999Z, the latest time that the text can hold.
    static let latest: Int64 = 253_402_300_799_999_999

    /// The text of a time; a time outside the years 0 to 9999 becomes the nearest one inside.
    package static func text(microseconds: Int64) -> String {
        String(unsafeUninitializedCapacity: length) { buffer in
            write(microseconds: microseconds, to: UnsafeMutableRawBufferPointer(buffer))
            return length
        }
    }

    /// Writes ``text(microseconds:)`` to a buffer of ``length`` bytes.
    package static func write(microseconds: Int64, to buffer: UnsafeMutableRawBufferPointer) {
        let time = min(max(microseconds, earliest), latest)
        let day = floorDivide(time, microsecondsPerDay)
        let inDay = time - day * microsecondsPerDay
        let date = CivilDate(daysSinceEpoch: day)
        let seconds = inDay / microsecondsPerSecond
        put(date.year, width: 4, then: "-", at: 0, in: buffer)
        put(date.month, width: 2, then: "-", at: 5, in: buffer)
        put(date.day, width: 2, then: "T", at: 8, in: buffer)
        put(seconds / 3600, width: 2, then: ":", at: 11, in: buffer)
        put(seconds / 60 % 60, width: 2, then: ":", at: 14, in: buffer)
        put(seconds % 60, width: 2, then: ".", at: 17, in: buffer)
        put(inDay % microsecondsPerSecond, width: 6, then: "Z", at: 20, in: buffer)
    }

    /// The time of a text of exactly this form; nil for any other text, and for a date or a time that does not exist.
    package static func microseconds(_ text: String) -> Int64? {
        var text = text
        return text.withUTF8 { bytes in
            guard bytes.count == length, hasSeparators(bytes),
                let year = number(bytes[0..<4]), let month = number(bytes[5..<7]), let day = number(bytes[8..<10]),
                let hour = number(bytes[11..<13]), let minute = number(bytes[14..<16]),
                let second = number(bytes[17..<19]), let fraction = number(bytes[20..<26]),
                let days = CivilDate(year: year, month: month, day: day).daysSinceEpoch,
                hour < 24, minute < 60, second < 60
            else { return nil }
            let seconds = (hour * 60 + minute) * 60 + second
            return days * microsecondsPerDay + seconds * microsecondsPerSecond + fraction
        }
    }

    /// The number of whole minutes from the Unix epoch to the minute that holds the time.
    package static func minute(_ microseconds: Int64) -> Int64 {
        floorDivide(microseconds, microsecondsPerMinute)
    }

    static func floorDivide(_ value: Int64, _ divisor: Int64) -> Int64 {
        let (quotient, remainder) = value.quotientAndRemainder(dividingBy: divisor)
        return remainder < 0 ? quotient - 1 : quotient
    }

    private static func put(
        _ value: Int64,
        width: Int,
        then separator: Unicode.Scalar,
        at offset: Int,
        in buffer: UnsafeMutableRawBufferPointer
    ) {
        var rest = value
        for index in stride(from: offset + width - 1, through: offset, by: -1) {
            buffer[index] = UInt8(ascii: "0") + UInt8(rest % 10)
            rest /= 10
        }
        buffer[offset + width] = UInt8(ascii: separator)
    }

    private static func hasSeparators(_ bytes: UnsafeBufferPointer<UInt8>) -> Bool {
        bytes[4] == UInt8(ascii: "-") && bytes[7] == UInt8(ascii: "-") && bytes[10] == UInt8(ascii: "T")
            && bytes[13] == UInt8(ascii: ":") && bytes[16] == UInt8(ascii: ":") && bytes[19] == UInt8(ascii: ".")
            && bytes[26] == UInt8(ascii: "Z")
    }

    private static func number(_ digits: Slice<UnsafeBufferPointer<UInt8>>) -> Int64? {
        var value: Int64 = 0
        for digit in digits {
            guard digit >= UInt8(ascii: "0"), digit <= UInt8(ascii: "9") else { return nil }
            value = value * 10 + Int64(digit - UInt8(ascii: "0"))
        }
        return value
    }
}

/// A day of the proleptic Gregorian calendar.
struct CivilDate: Equatable {
    let year: Int64
    let month: Int64
    let day: Int64

    private static let daysPerEra: Int64 = 146_097
    private static let yearsPerEra: Int64 = 400

    /// Days from 0000-03-01, where the eras begin, to the Unix epoch.
    private static let epochDay: Int64 = 719_468

    init(year: Int64, month: Int64, day: Int64) {
        self.year = year
        self.month = month
        self.day = day
    }

    init(daysSinceEpoch days: Int64) {
        let shifted = days + Self.epochDay
        let era = UTCTimestamp.floorDivide(shifted, Self.daysPerEra)
        let dayOfEra = shifted - era * Self.daysPerEra
        let yearOfEra = (dayOfEra - dayOfEra / 1460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
        let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
        let monthFromMarch = (5 * dayOfYear + 2) / 153
        day = dayOfYear - (153 * monthFromMarch + 2) / 5 + 1
        month = monthFromMarch < 10 ? monthFromMarch + 3 : monthFromMarch - 9
        year = yearOfEra + era * Self.yearsPerEra + (month <= 2 ? 1 : 0)
    }

    /// The days since the Unix epoch, or nil when there is no such day.
    var daysSinceEpoch: Int64? {
        guard (1...12).contains(month), (1...31).contains(day) else { return nil }
        let yearFromMarch = month <= 2 ? year - 1 : year
        let era = UTCTimestamp.floorDivide(yearFromMarch, Self.yearsPerEra)
        let yearOfEra = yearFromMarch - era * Self.yearsPerEra
        let monthFromMarch = month > 2 ? month - 3 : month + 9
        let dayOfYear = (153 * monthFromMarch + 2) / 5 + day - 1
        let dayOfEra = yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + dayOfYear
        let days = era * Self.daysPerEra + dayOfEra - Self.epochDay
        return CivilDate(daysSinceEpoch: days) == self ? days : nil
    }
}
