/// Dates as relays and v2 servers write them: `2026-05-25T14:23:29.950Z` (RFC 3339, section 5.6).
enum RFC3339 {
    /// The moment in microseconds since the Unix epoch; nil when `text` is no such date, or lies outside the years 1 to
    /// 9999.
    ///
    /// Digits of the fraction beyond the sixth are dropped; a leap second counts as the second before it.
    static func microseconds(_ text: UnsafeRawBufferPointer) -> Int64? {
        var rest = DateText(text)
        guard let year = rest.number(digits: 4), rest.take("-"),
            let month = rest.number(digits: 2), rest.take("-"),
            let day = rest.number(digits: 2), rest.take("T") || rest.take("t") || rest.take(" "),
            let hour = rest.number(digits: 2), rest.take(":"),
            let minute = rest.number(digits: 2), rest.take(":"),
            let second = rest.number(digits: 2),
            let fraction = rest.fraction(), let offset = rest.offsetMinutes(), rest.isEmpty,
            (1...9999).contains(year), (1...12).contains(month), (1...days(ofMonth: month, year)).contains(day),
            hour < 24, minute < 60, second <= 60
        else { return nil }
        let days = daysSinceEpoch(year: year, month: month, day: day)
        let seconds = days * 86_400 + hour * 3_600 + (minute - offset) * 60 + min(second, 59)
        return Int64(seconds) * 1_000_000 + Int64(fraction)
    }

    private static func days(ofMonth month: Int, _ year: Int) -> Int {
        switch month {
        case 2: year.isMultiple(of: 4) && (!year.isMultiple(of: 100) || year.isMultiple(of: 400)) ? 29 : 28
        case 4, 6, 9, 11: 30
        default: 31
        }
    }

    /// Days from 1970-01-01 in the proleptic Gregorian calendar, with years that begin in March so that the leap day
    /// comes last.
    private static func daysSinceEpoch(year: Int, month: Int, day: Int) -> Int {
        let marchYear = month <= 2 ? year - 1 : year
        let era = (marchYear >= 0 ? marchYear : marchYear - 399) / 400
        let yearOfEra = marchYear - era * 400
        let dayOfYear = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1
        let dayOfEra = yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + dayOfYear
        return era * 146_097 + dayOfEra - 719_468
    }
}

/// What is not read yet of a date, byte by byte: every event of v2 has one.
private struct DateText {
    let text: UnsafeRawBufferPointer
    var position = 0

    init(_ text: UnsafeRawBufferPointer) {
        self.text = text
    }

    var isEmpty: Bool { position == text.count }

    mutating func take(_ character: Unicode.Scalar) -> Bool {
        guard position < text.count, text[position] == UInt8(ascii: character) else { return false }
        position += 1
        return true
    }

    mutating func number(digits: Int) -> Int? {
        var value = 0
        for _ in 0..<digits {
            guard let digit = digit() else { return nil }
            value = value * 10 + digit
        }
        return value
    }

    private mutating func digit() -> Int? {
        guard position < text.count, (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(text[position]) else {
            return nil
        }
        defer { position += 1 }
        return Int(text[position] - UInt8(ascii: "0"))
    }

    /// Microseconds; 0 when there is no fraction, nil when it has no digits.
    mutating func fraction() -> Int? {
        guard take(".") else { return 0 }
        var value = 0
        var digits = 0
        while let digit = digit() {
            if digits < 6 { value = value * 10 + digit }
            digits += 1
        }
        guard digits > 0 else { return nil }
        for _ in min(digits, 6)..<6 { value *= 10 }
        return value
    }

    mutating func offsetMinutes() -> Int? {
        if take("Z") || take("z") { return 0 }
        let sign = take("+") ? 1 : take("-") ? -1 : 0
        guard sign != 0, let hours = number(digits: 2), take(":"), let minutes = number(digits: 2),
            hours < 24, minutes < 60
        else { return nil }
        return sign * (hours * 60 + minutes)
    }
}
