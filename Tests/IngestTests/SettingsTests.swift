import Foundation
import Logging
import Store
import TestSupport
import Testing

@testable import Ingest

@Suite struct SettingsTests {
    private func settings(_ json: String, readable: Bool = true) throws -> Settings {
        try Settings.parse(Data(json.utf8)) { _ in readable }.get()
    }

    @Test func `takes the defaults for everything that is left out`() throws {
        #expect(try settings("{}") == .standard)
        #expect(try settings(#"{"activity": {}, "log": {}}"#) == .standard)
    }

    @Test func `has the defaults that the documents name`() {
        let standard = Settings.standard
        #expect(standard.jetstream.hosts == ["wss://jetstream2.us-east.bsky.network/subscribe"])
        #expect(standard.jetstream.isUnfiltered)
        #expect(standard.jetstream.caFile == nil)
        #expect(standard.jetstream.proxy == nil)
        #expect(standard.jetstream.contact.isEmpty)
        #expect(standard.database.path == "windsock.db")
        #expect(standard.database.synchronous == .normal)
        #expect(standard.database.commitIntervalMilliseconds == 100)
        #expect(standard.activity.retentionHours == 168)
        #expect(standard.activity.cleanupIntervalSeconds == 3600)
        #expect(standard.activity.maxRows == 0)
        #expect(standard.activity.maxBytes == 8_589_934_592)
        #expect(standard.activity.keepEventJson == .all)
        #expect(standard.log.level == .info)
    }

    @Test func `reads every field`() throws {
        let settings = try settings(
            """
            {"jetstream": {"hosts": ["ws://127.0.0.1:6008/subscribe", "example.com"],
                           "wantedCollections": ["app.bsky.feed.post", "app.bsky.graph.*"],
                           "wantedDids": ["did:plc:abc"], "caFile": "ca.pem",
                           "proxy": "http://me:secret@proxy:3128", "contact": "https://example.com/reader"},
             "database": {"path": "/srv/w.db", "synchronous": "full", "commitIntervalMilliseconds": 10000},
             "activity": {"retentionHours": 1, "cleanupIntervalSeconds": 86400, "maxRows": 5, "maxBytes": 1048576,
                          "keepEventJson": "errors"},
             "log": {"level": "debug"}}
            """
        )
        #expect(settings.jetstream.hosts == ["ws://127.0.0.1:6008/subscribe", "example.com"])
        #expect(settings.jetstream.wantedCollections == ["app.bsky.feed.post", "app.bsky.graph.*"])
        #expect(settings.jetstream.wantedDids == ["did:plc:abc"])
        #expect(settings.jetstream.caFile == "ca.pem")
        #expect(settings.jetstream.proxy == "http://me:secret@proxy:3128")
        #expect(settings.jetstream.contact == "https://example.com/reader")
        #expect(!settings.jetstream.isUnfiltered)
        #expect(settings.database.path == "/srv/w.db")
        #expect(settings.database.synchronous == .full)
        #expect(settings.database.commitIntervalMilliseconds == 10_000)
        #expect(settings.activity.retentionHours == 1)
        #expect(settings.activity.cleanupIntervalSeconds == 86_400)
        #expect(settings.activity.maxRows == 5)
        #expect(settings.activity.maxBytes == 1_048_576)
        #expect(settings.activity.keepEventJson == .errors)
        #expect(settings.log.level == .debug)
    }

    @Test func `reads what it has rendered`() throws {
        var settings = Settings.standard
        #expect(try self.settings(settings.rendered()) == settings)
        settings.jetstream.caFile = "a \"b\"\\ \u{1}/ü.pem"
        settings.jetstream.wantedDids = ["did:web:example.com"]
        settings.activity.maxBytes = .max
        #expect(try self.settings(settings.rendered()) == settings)
    }

    @Test func `shows a proxy without its password`() throws {
        var settings = Settings.standard
        settings.jetstream.proxy = "http://me:secret@proxy:3128"
        #expect(settings.rendered().contains(#""proxy": "http://me:***@proxy:3128""#))
        settings.jetstream.proxy = ""
        #expect(try self.settings(settings.rendered()) == settings)
    }

    @Test func `introduces itself with its version and whom to ask`() {
        #expect(userAgent(contact: "") == "windsock/\(windsockVersion)")
        #expect(userAgent(contact: "mailto:a@b.example") == "windsock/\(windsockVersion) (+mailto:a@b.example)")
    }

    @Test func `shows every key in the order of the example`() throws {
        let example = try Repository.text("config.example.json")
        let settings = try settings(example)
        #expect(settings.rendered() == example)
        let shown = try JSONDecoder().decode(JSONValue.self, from: Data(example.utf8))
        guard case .object(let sections) = shown else {
            Issue.record("no object")
            return
        }
        let names = sections.flatMap { section, value -> [String] in
            guard case .object(let members) = value else { return [] }
            return members.keys.map { "\(section).\($0)" }
        }
        #expect(Set(names) == Set(Settings.standard.fields.map(\.name)))
    }

    @Test func `names the changes that only a restart brings into force`() {
        let old = Settings.standard
        var new = old
        #expect(Settings.changesThatNeedRestart(from: old, to: new).isEmpty)
        new.activity.retentionHours = 1
        new.activity.cleanupIntervalSeconds = 5
        new.activity.maxRows = 1000
        new.activity.maxBytes = 1_048_576
        new.log.level = .trace
        #expect(Settings.changesThatNeedRestart(from: old, to: new).isEmpty)
        new.jetstream.hosts = ["example.com"]
        new.jetstream.caFile = "ca.pem"
        new.jetstream.proxy = ""
        new.jetstream.contact = "x"
        new.database.synchronous = .full
        new.activity.keepEventJson = .errors
        let expected = [
            "jetstream.hosts", "jetstream.caFile", "jetstream.proxy", "jetstream.contact", "database.synchronous",
            "activity.keepEventJson",
        ]
        #expect(Settings.changesThatNeedRestart(from: old, to: new) == expected)
    }

    @Test func `lets the command line win over the file`() throws {
        let folder = try TemporaryFolder()
        let file = try folder.write(#"{"database": {"path": "a.db"}, "log": {"level": "error"}}"#, to: "c.json")
        let plain = try SettingsSource(file: file).load()
        #expect(plain.database.path == "a.db")
        #expect(plain.log.level == .error)
        let source = SettingsSource(file: file, hosts: ["example.com"], database: "b.db", logLevel: .debug)
        let settings = try source.load()
        #expect(settings.jetstream.hosts == ["example.com"])
        #expect(settings.database.path == "b.db")
        #expect(settings.log.level == .debug)
        #expect(try SettingsSource().load() == .standard)
    }
}
