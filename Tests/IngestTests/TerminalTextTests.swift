import Testing

@testable import Ingest

@Suite struct TerminalTextTests {
    @Test(arguments: [
        ("plain text, with \"quotes\" and \\ backslashes", "plain text, with \"quotes\" and \\ backslashes"),
        ("", ""),
        ("a\nb\r\nc\td", #"a\u{A}b\u{D}\u{A}c\u{9}d"#),
        ("\u{1B}[31mred\u{1B}[0m", #"\u{1B}[31mred\u{1B}[0m"#),
        ("\u{0}\u{7}\u{7F}\u{9B}2J\u{85}", #"\u{0}\u{7}\u{7F}\u{9B}2J\u{85}"#),
        ("abc\u{202E}fdp.exe\u{202C}", #"abc\u{202E}fdp.exe\u{202C}"#),
        ("\u{2066}x\u{2067}y\u{2068}z\u{2069}", #"\u{2066}x\u{2067}y\u{2068}z\u{2069}"#),
        ("\u{200E}\u{200F}\u{61C}\u{FEFF}\u{200B}\u{2060}", #"\u{200E}\u{200F}\u{61C}\u{FEFF}\u{200B}\u{2060}"#),
        ("line\u{2028}paragraph\u{2029}", #"line\u{2028}paragraph\u{2029}"#),
        ("tag \u{E0041}", #"tag \u{E0041}"#),
    ])
    func `writes what is not to be seen as itself in figures`(text: String, expected: String) {
        #expect(TerminalText.escaped(text) == expected)
    }

    @Test(arguments: ["Grüße", "日本語", "שלום", "مرحبا", "👩‍👩‍👧", "می‌خواهم", "e\u{301}", "❤️"])
    func `leaves the scripts of the world as they are`(text: String) {
        #expect(TerminalText.escaped(text) == text)
    }

    @Test func `shows bytes that are no text as replacement characters`() {
        let text = String(decoding: [0x61, 0xFF, 0xC3, 0x28], as: UTF8.self)
        #expect(TerminalText.escaped(text) == "a\u{FFFD}\u{FFFD}(")
    }
}
