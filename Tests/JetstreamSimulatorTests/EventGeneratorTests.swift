import Foundation
import Testing

@testable import JetstreamSimulator

struct EventGeneratorTests {
    private static let start: Int64 = 1_780_000_000_000_000

    /// One stream for all tests that only look at it.
    private static let stream = events(20_000, seed: 11)

    private static func events(_ count: Int, seed: UInt64, firstSequence: Int64? = nil) -> [GeneratedEvent] {
        var generator = EventGenerator(seed: seed, startTimeMicroseconds: start, firstSequence: firstSequence)
        return (0..<count).map { _ in generator.next() }
    }

    private static var commits: [(did: String, time: Int64, commit: GeneratedEvent.Commit)] {
        stream.compactMap { event in event.commit.map { (event.did, event.timeMicroseconds, $0) } }
    }

    @Test func `gives the same stream for the same seed and another for another`() {
        #expect(Self.events(2_000, seed: 5) == Self.events(2_000, seed: 5))
        #expect(Self.events(2_000, seed: 5).map(\.json) != Self.events(2_000, seed: 6).map(\.json))
    }

    @Test func `writes JSON with the keys of the real server in its order`() throws {
        for event in Self.stream {
            let object = try #require(JSONSerialization.jsonObject(with: Data(event.json.utf8)) as? [String: Any])
            #expect(Set(object.keys) == ["did", "time_us", "kind", event.kind.rawValue])
            #expect(object["did"] as? String == event.did)
            #expect(object["time_us"] as? Int64 == event.timeMicroseconds)
            let head =
                "{\"did\":\"\(event.did)\",\"time_us\":\(event.timeMicroseconds),\"kind\":\"\(event.kind.rawValue)\""
            #expect(event.json.hasPrefix(head))
            let detail = try #require(object[event.kind.rawValue] as? [String: Any])
            switch event.kind {
            case .commit:
                let commit = try #require(event.commit)
                let common: Set = ["rev", "operation", "collection", "rkey"]
                #expect(Set(detail.keys) == (commit.operation == .delete ? common : common.union(["record", "cid"])))
                #expect(detail["rev"] as? String == commit.revision)
                #expect(detail["operation"] as? String == commit.operation.rawValue)
                #expect(detail["collection"] as? String == commit.collection)
                #expect(detail["rkey"] as? String == commit.recordKey)
                #expect(detail["cid"] as? String == commit.cid)
                let record = detail["record"] as? [String: Any]
                #expect((record == nil) == (commit.operation == .delete))
                #expect(record.map { $0["$type"] as? String == commit.collection } ?? true)
            case .identity:
                #expect(Set(detail.keys).subtracting(["handle"]) == ["did", "seq", "time"])
            case .account:
                #expect(Set(detail.keys).subtracting(["status"]) == ["active", "did", "seq", "time"])
                #expect((detail["active"] as? Bool) == (detail["status"] == nil))
            case .sync:
                Issue.record("a sync event comes only where it is asked for")
            }
        }
    }

    @Test func `numbers events without a hole when asked to`() {
        let events = Self.events(500, seed: 3, firstSequence: 77)
        #expect(events.compactMap(\.sequence) == Array(77..<577))
        for event in events {
            #expect(
                event.json.contains("\"time_us\":\(event.timeMicroseconds),\"cursor\":\(event.sequence ?? -1),\"kind\"")
            )
        }
    }

    @Test func `gives DIDs, TIDs and CIDs their shapes`() throws {
        let did = try Regex("did:(plc:[a-z2-7]{24}|web:[a-z0-9.-]+)")
        let tid = try Regex("[234567abcdefghij][234567abcdefghijklmnopqrstuvwxyz]{12}")
        let cid = try Regex("bafyrei[a-z2-7]{52}")
        for event in Self.stream {
            #expect(event.did.wholeMatch(of: did) != nil)
        }
        for (_, _, commit) in Self.commits {
            #expect(commit.revision.wholeMatch(of: tid) != nil)
            if commit.collection == Collection.profile.nsid {
                #expect(commit.recordKey == "self")
            } else if commit.collection != Collection.broadcast.nsid {
                #expect(commit.recordKey.wholeMatch(of: tid) != nil)
            }
            #expect(commit.cid.map { $0.wholeMatch(of: cid) != nil } ?? true)
        }
        #expect(Self.stream.contains { $0.did.hasPrefix("did:web:") })
    }

    @Test func `mixes kinds, operations and collections as production does`() {
        let commits = Self.commits
        func share(_ count: Int, of total: Int) -> Double { 100 * Double(count) / Double(total) }
        func operations(_ operation: GeneratedEvent.Operation) -> Double {
            share(commits.count { $0.commit.operation == operation }, of: commits.count)
        }
        #expect(abs(share(commits.count, of: Self.stream.count) - 99.3) < 0.3)
        #expect(abs(operations(.create) - 93) < 1)
        #expect(abs(operations(.delete) - 5) < 1)
        #expect(abs(operations(.update) - 2) < 0.5)
        let created = commits.filter { $0.commit.operation == .create }.map(\.commit.collection)
        for (collection, expected) in [(Collection.like, 60.0), (.post, 15), (.repost, 10), (.follow, 10)] {
            #expect(abs(share(created.count { $0 == collection.nsid }, of: created.count) - expected) < 3)
        }
        #expect(Set(created) == Set(Collection.allCases.map(\.nsid)))
        let meanBytes = Self.stream.reduce(0) { $0 + $1.json.utf8.count } / Self.stream.count
        #expect((500...620).contains(meanBytes))
    }

    @Test func `updates and deletes only what was created before`() {
        var live: Set<String> = []
        for (did, _, commit) in Self.commits {
            let uri = "\(did)/\(commit.collection)/\(commit.recordKey)"
            switch commit.operation {
            case .create: #expect(live.insert(uri).inserted, "\(uri) is created twice")
            case .update: #expect(live.contains(uri), "\(uri) is updated before it exists")
            case .delete: #expect(live.remove(uri) != nil, "\(uri) is deleted before it exists")
            }
        }
    }

    @Test func `lets times, revisions and record keys grow with the stream`() {
        var newest = (time: Int64(0), revision: "", key: "")
        for (_, time, commit) in Self.commits {
            let isSameCommit = commit.revision == newest.revision
            #expect(isSameCommit ? time == newest.time : time >= newest.time + 3 && commit.revision > newest.revision)
            newest.time = time
            newest.revision = commit.revision
            if commit.operation == .create, commit.collection == Collection.like.nsid {
                #expect(commit.recordKey > newest.key)
                newest.key = commit.recordKey
            }
        }
    }

    @Test func `lets the operations of one commit share time, revision and account`() {
        let groups = Dictionary(grouping: Self.commits, by: \.commit.revision).values.filter { $0.count > 1 }
        #expect(groups.count > 100)
        for group in groups {
            #expect(Set(group.map(\.time)).count == 1)
            #expect(Set(group.map(\.did)).count == 1)
        }
        #expect(groups.contains { Set($0.map(\.commit.operation)).count > 1 })
    }

    @Test func `carries scripts, escapes and embeds`() {
        let all = Self.stream.map(\.json).joined()
        for wanted in [
            "\\u0000", "\\\"", "\\n", "\\\\", "\\u0026", "です", "صباح", "Доброе", "👩‍🚀", "app.bsky.embed.images",
            "app.bsky.embed.external", "app.bsky.embed.record\"", "app.bsky.embed.recordWithMedia", "\"$bytes\"",
            "\"reply\"",
            "richtext.facet#link", "richtext.facet#tag", "richtext.facet#mention", "\"langs\"",
        ] {
            #expect(all.contains(wanted), "\(wanted) is missing")
        }
    }

    @Test func `starts no stream in the future`() {
        let now: Int64 = 1_790_000_000_000_000
        for count in [1, 10, 1_000, 20_000] {
            let start = EventGenerator.start(events: count, endingBefore: now)
            var generator = EventGenerator(seed: 9, startTimeMicroseconds: start)
            var last: Int64 = 0
            for _ in 0..<count {
                last = generator.next().timeMicroseconds
            }
            #expect(last < now)
        }
    }
}
