/// Dates as relays write them: `2026-05-25T14:23:29.950Z` (RFC 3339, section 5.6).
enum RFC3339 {
    /// The moment in microseconds since the Unix epoch; nil when `text` is no such date, or lies outside the years 1 to
    /// 9999.
    ///
    /// Digits of the fraction beyond the sixth are dropped; a leap second counts as the second before it.
    static func microseconds(_ text: String) -> Int64? {
        var rest = text.utf8[...]
        guard let year = number(&rest, digits: 4), take("-", from: &rest),
            let month = number(&rest, digits: 2), take("-", from: &rest),
            let day = number(&rest, digits: 2),
            take("T", from: &rest) || take("t", from: &rest) || take(" ", from: &rest),
            let hour = number(&rest, digits: 2), take(":", from: &rest),
            let minute = number(&rest, digits: 2), take(":", from: &rest),
            let second = number(&rest, digits: 2),
            let fraction = fraction(&rest), let offset = offsetMinutes(&rest), rest.isEmpty,
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

    private static func take(_ character: Unicode.Scalar, from rest: inout Substring.UTF8View) -> Bool {
        guard rest.first == UInt8(ascii: character) else { return false }
        rest.removeFirst()
        return true
    }

    private static func number(_ rest: inout Substring.UTF8View, digits: Int) -> Int? {
        var value = 0
        for _ in 0..<digits {
            guard let digit = digit(rest.first) else { return nil }
            rest.removeFirst()
            value = value * 10 + digit
        }
        return value
    }

    private static func digit(_ character: UInt8?) -> Int? {
        guard let character, (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(character) else { return nil }
        return Int(character - UInt8(ascii: "0"))
    }

    /// Microseconds; 0 when there is no fraction, nil when it has no digits.
    private static func fraction(_ rest: inout Substring.UTF8View) -> Int? {
        guard take(".", from: &rest) else { return 0 }
        var value = 0
        var digits = 0
        while let digit = digit(rest.first) {
            rest.removeFirst()
            if digits < 6 { value = value * 10 + digit }
            digits += 1
        }
        guard digits > 0 else { return nil }
        for _ in min(digits, 6)..<6 { value *= 10 }
        return value
    }

    private static func offsetMinutes(_ rest: inout Substring.UTF8View) -> Int? {
        if take("Z", from: &rest) || take("z", from: &rest) { return 0 }
        let sign = take("+", from: &rest) ? 1 : take("-", from: &rest) ? -1 : 0
        guard sign != 0, let hours = number(&rest, digits: 2), take(":", from: &rest),
            let minutes = number(&rest, digits: 2), hours < 24, minutes < 60
        else { return nil }
        return sign * (hours * 60 + minutes)
    }
}
