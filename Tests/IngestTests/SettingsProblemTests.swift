import Foundation
import TestSupport
import Testing

@testable import Ingest

@Suite struct SettingsProblemTests {
    /// The problems of a configuration, each as its line.
    private func problems(_ json: String) -> [String] {
        switch Settings.parse(Data(json.utf8), isReadable: { $0 == "ca.pem" }) {
        case .success: []
        case .failure(let error): error.problems.map(\.description)
        }
    }

    private func problem(of field: String, _ value: String) -> String? {
        let parts = field.split(separator: ".")
        return problems(#"{"\#(parts[0])": {"\#(parts[1])": \#(value)}}"#).first
    }

    @Test(arguments: [
        ("activity.retentionHours", ["0", "-3", "87601", "1.5", "true", "\"24\"", "null", "[1]", "1e300"]),
        ("activity.cleanupIntervalSeconds", ["4", "86401", "false"]),
        ("activity.maxRows", ["-1", "1.5", "\"many\""]),
        ("activity.maxBytes", ["1048575", "9223372036854775808", "\"8GB\""]),
        ("activity.keepEventJson", ["\"none\"", "true", "\"ALL\""]),
        ("database.path", ["\"\"", "null", "1", "\"a\\u0000b\""]),
        ("database.synchronous", ["\"off\"", "1"]),
        ("database.commitIntervalMilliseconds", ["0", "10001"]),
        ("jetstream.caFile", ["\"missing.pem\"", "\"\"", "false"]),
        ("jetstream.proxy", ["\"proxy:3128\"", "\"http://proxy\"", "\"socks5://proxy:1\"", "false"]),
        ("jetstream.contact", ["null", "\"a (b)\"", "\"\\n\"", "\"\(String(repeating: "x", count: 201))\""]),
        ("jetstream.hosts", ["[]", "\"example.com\"", "[1]", "null", "{}"]),
        ("jetstream.wantedCollections", ["\"app.bsky.feed.post\"", "[null]"]),
        ("jetstream.wantedDids", ["{}", "[[]]"]),
        ("log.level", ["\"loud\"", "\"INFO\"", "3"]),
    ])
    func `refuses a value that a field may not have, and names both`(field: String, values: [String]) throws {
        for value in values {
            let line = try #require(problem(of: field, value), "\(field) took \(value)")
            #expect(line.hasPrefix("\(field): must be "), "\(line)")
            #expect(line.hasSuffix(")") && line.contains("(got "), "\(line)")
        }
    }

    @Test(arguments: [
        ("activity.retentionHours", ["1", "87600"]),
        ("activity.cleanupIntervalSeconds", ["5", "86400"]),
        ("activity.maxRows", ["0", "1"]),
        ("activity.maxBytes", ["1048576", "9223372036854775807"]),
        ("database.commitIntervalMilliseconds", ["1", "10000"]),
        ("jetstream.caFile", ["null", "\"ca.pem\""]),
        ("jetstream.proxy", ["null", "\"\"", "\"https://a:b@[::1]:1\""]),
        ("jetstream.contact", ["\"\"", "\"\(String(repeating: "x", count: 200))\""]),
        ("jetstream.wantedCollections", ["[]"]),
        ("log.level", ["\"trace\"", "\"critical\""]),
    ])
    func `takes the values at the edges`(field: String, values: [String]) {
        for value in values {
            #expect(problem(of: field, value) == nil)
        }
    }

    @Test func `does not repeat a proxy's password`() {
        let line = problem(of: "jetstream.proxy", "\"http://me:s3cret@proxy\"")
        #expect(line?.contains("s3cret") == false)
    }

    @Test func `collects every problem at once`() {
        let lines = problems(
            #"{"activity": {"retentionHours": 0, "maxBytes": 1}, "log": {"level": 1}, "jetstream": {"hosts": ["", "a b"]}}"#
        )
        #expect(lines.count == 5)
    }

    @Test(arguments: [
        (
            #"{"activity": {"retentionHour": 5}}"#,
            #"unknown key "activity.retentionHour" (did you mean "retentionHours"?)"#
        ),
        (
            #"{"activity": {"RETENTIONHOURS": 5}}"#,
            #"unknown key "activity.RETENTIONHOURS" (did you mean "retentionHours"?)"#
        ),
        (#"{"jetsream": {}}"#, #"unknown key "jetsream" (did you mean "jetstream"?)"#),
        (#"{"retentionHours": 5}"#, #"unknown key "retentionHours" (did you mean "activity.retentionHours"?)"#),
        (#"{"lexicons": {}}"#, #"unknown key "lexicons""#),
        (#"{"log": {"colour": true}}"#, #"unknown key "log.colour""#),
        (#"{"log": {"level\u001b[2J\n": "info"}}"#, #"unknown key "log.level\u{1B}[2J\u{A}""#),
    ])
    func `names the known key that an unknown one looks like`(json: String, expected: String) {
        #expect(problems(json) == [expected])
    }

    @Test func `refuses more filters than a server takes`() {
        func list(_ count: Int, _ element: (Int) -> String) -> String {
            "[\((0..<count).map { "\"\(element($0))\"" }.joined(separator: ","))]"
        }
        #expect(problem(of: "jetstream.wantedCollections", list(100) { "app.bsky.n\($0)" }) == nil)
        #expect(
            problem(of: "jetstream.wantedCollections", list(101) { "app.bsky.n\($0)" })
                == "jetstream.wantedCollections: must be a list of 0 to 100 (got 101)"
        )
        #expect(problem(of: "jetstream.wantedDids", list(10_000) { "did:plc:n\($0)" }) == nil)
        #expect(
            problem(of: "jetstream.wantedDids", list(10_001) { "did:plc:n\($0)" })
                == "jetstream.wantedDids: must be a list of 0 to 10000 (got 10001)"
        )
    }

    @Test(arguments: [
        ("[]", "is not a JSON object"),
        ("3", "is not a JSON object"),
        ("", "is not valid JSON"),
        ("{\"log\": {}", "is not valid JSON"),
        ("{\"log\": {}, 5}", "is not valid JSON"),
        ("{\"log\": \"\u{1B}\"}", "is not valid JSON"),
    ])
    func `says so when the file is no JSON object`(json: String, expected: String) throws {
        let line = try #require(problems(json).first)
        #expect(line.hasPrefix(expected), "\(line)")
    }

    @Test func `says why a file cannot be read`() throws {
        let folder = try TemporaryFolder()
        let large = try folder.write(String(repeating: " ", count: SettingsLimits.fileBytes + 1), to: "large.json")
        for (path, reason) in [
            (folder.path("missing.json"), "cannot be read: No such file or directory"),
            (folder.url.path, "cannot be read: Is a directory"),
            (large, "is larger than 4194304 bytes"),
        ] {
            let error = #expect(throws: SettingsError.self) { try Settings.load(fileAt: path) }
            #expect(error?.description == "\(path): \(reason)")
        }
    }

    @Test func `finds that the authorities' file is a folder`() throws {
        let folder = try TemporaryFolder()
        let file = try folder.write(#"{"jetstream": {"caFile": "\#(folder.url.path)"}}"#, to: "config.json")
        let error = #expect(throws: SettingsError.self) { try Settings.load(fileAt: file) }
        #expect(error?.problems.count == 1)
    }

    @Test func `counts the letters that differ`() {
        #expect(NearestKey.distance("", "abc") == 3)
        #expect(NearestKey.distance("kitten", "sitting") == 3)
        #expect(NearestKey.distance("hosts", "hosts") == 0)
        #expect(NearestKey.to("hots", among: ["hosts", "caFile"]) == "hosts")
        #expect(NearestKey.to("x", among: ["hosts", "caFile"]) == nil)
        #expect(NearestKey.to("hosts", among: []) == nil)
    }
}
