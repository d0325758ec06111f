import Testing

@testable import windsock

@Suite struct TextTests {
    private let report: BucketsReport

    init() {
        let item = { (minute: Int, creates: Int64, errors: Int64) in
            BucketsReport.Item(
                start: "2026-07-04T14:0\(minute):00Z",
                creates: creates,
                updates: 0,
                deletes: 0,
                errors: errors
            )
        }
        report = BucketsReport(range: "1hr", widthMinutes: 5, items: [item(0, 1000, 0), item(5, 1, 0), item(6, 0, 0)])
    }

    @Test func `draws bars as wide as the terminal, of blocks where it shows them`() {
        let lines = BucketChart.text(report, on: Terminal(columns: 100, isUnicode: true)).split(separator: "\n")
        #expect(lines.map(\.count).max() == 100)
        #expect(lines[1].hasSuffix("\u{2588}"))
        #expect(lines[2].hasSuffix("  \u{2588}"))
        #expect(!lines[3].contains("\u{2588}"))
    }

    @Test func `draws bars of a useful length in a narrow terminal`() {
        let lines = BucketChart.text(report, on: Terminal(columns: 20, isUnicode: false)).split(separator: "\n")
        #expect(lines[1].hasSuffix(" " + String(repeating: "#", count: 10)))
    }

    @Test(arguments: [
        (["LANG": "de_DE.UTF-8"], true), (["LANG": "C.utf8"], true), (["LANG": "C"], false), ([:], false),
        (["LC_ALL": "C", "LANG": "en_US.UTF-8"], false), (["LC_ALL": "", "LC_CTYPE": "en_US.UTF-8"], true),
    ])
    func `knows by the locale what a terminal shows`(environment: [String: String], expected: Bool) {
        #expect(Terminal.isUnicode(environment) == expected)
    }

    @Test func `cuts the last column to the terminal's width`() {
        var table = TextTable([TextTable.Column(title: "N", isRight: true), TextTable.Column(title: "TEXT")])
        table.add(["1", String(repeating: "x", count: 100)])
        table.add(["10", String(repeating: "\u{65E5}", count: 100)])
        let lines = table.text(width: 100).split(separator: "\n")
        #expect(lines[1] == " 1  " + String(repeating: "x", count: 93) + "...")
        #expect(lines[2] == "10  " + String(repeating: "\u{65E5}", count: 46) + "...")
        #expect(table.text(width: nil).split(separator: "\n")[1].count == 104)
        table.add(["2", ""])
        #expect(table.text(width: nil).hasSuffix("\n 2"))
    }

    @Test(arguments: [
        (Int64(0), "0"), (999, "999"), (1000, "1,000"), (-1_234_567, "-1,234,567"),
        (.min, "-9,223,372,036,854,775,808"),
    ])
    func `groups digits`(value: Int64, expected: String) {
        #expect(Words.number(value) == expected)
    }

    @Test(arguments: [
        (Int64(0), "0 B"), (1023, "1023 B"), (1024, "1.0 KiB"), (8_589_934_592, "8.0 GiB"), (.max, "8388608.0 TiB"),
    ])
    func `names sizes`(value: Int64, expected: String) {
        #expect(Words.bytes(value) == expected)
    }

    @Test(arguments: [
        (Int64(0), "0.0 s"), (9_900, "9.9 s"), (10_000, "10 s"), (120_000, "2 min"), (7_200_000, "2 h"),
        (172_800_000, "2 days"),
    ])
    func `names spans of time`(milliseconds: Int64, expected: String) {
        #expect(Words.duration(milliseconds: milliseconds) == expected)
    }
}
