import GRDB
import Testing
import Texts

@testable import Store

extension QueryCostTests {
    static let logWrites: [Query] = [
        Query("log") { try #require(try ActivityRepository($0).log(SampleEvent(rev: "new")) != nil) },
        Query("log again") { database throws in
            let entry = try #require(try ActivityRepository(database).entry(2500))
            var event = SampleEvent(rev: entry.rev)
            event.operation = entry.operation
            event.collection = entry.collection
            event.did = entry.did
            try #require(try ActivityRepository(database).log(event) == nil)
        },
        Query("finish") { try ActivityRepository($0).finish(4001...4500, emptyingPayload: false) },
        Query("finish and empty") { try ActivityRepository($0).finish(4001...4500, emptyingPayload: true) },
        Query("update status") { database throws in
            try ActivityRepository(database).updateStatus(2500, .error, message: "m", emptyingPayload: true)
        },
        Query("end") { database throws in
            let failure = ActivityFailure(errorClass: .internal, nextAttemptMicroseconds: 1)
            try ActivityRepository(database).end(2500, .error, message: "m", failure: failure)
            try ActivityRepository(database).end(2500, .success, message: nil, failure: nil)
        },
        Query("waiting") { database throws in
            try #require(try ActivityRepository(database).waiting().count == LongDatabase.waiting)
        },
        Query("due") { database throws in
            let activity = ActivityRepository(database)
            let due = try activity.due(nowMicroseconds: 60, longestMicroseconds: 30, limit: 65)
            try #require(due == Array(1...60) + Array(91...95))
            try #require(try activity.waitingAttempts(1) == 0)
            try activity.setAttempts(1, 1, nextMicroseconds: nil)
            try #require(try activity.waitingAttempts(1) == nil)
        },
        Query("file") { database throws in
            let key = ActivityKey(
                timestamp: "2026-07-04T14:38:08.085434Z",
                operation: "create",
                collection: "app.bsky.feed.post",
                did: "did:plc:new",
                rkey: "new",
                rev: "new",
                cid: "new"
            )
            let activity = ActivityRepository(database)
            try #require(try activity.find(key) == nil)
            try activity.file(2500, under: key)
            try activity.replacePayload(2500, by: Array("{}".utf8))
            try #require(try activity.find(key) == 2500)
        },
        Query("begin attempt") { _ = try ActivityRepository($0).beginAttempt(2500) },
        Query("counters") { database throws in
            var changes = CounterChanges()
            changes.logged(count: 1, bytes: 1)
            changes.finished(minute: LongDatabase.firstMinute, operation: "create", status: .error)
            changes.retried(minute: LongDatabase.firstMinute, operation: "create", from: .error, to: .success)
            changes.recordCount("app.bsky.feed.c1", -1)
            changes.skipped(reason: "duplicate")
            try changes.apply(database)
        },
    ]

    static let stateWrites: [Query] = [
        Query("record put and replaced") { database throws in
            let records = RecordRepository(database)
            var sample = SampleRecord()
            sample.did = "did:plc:1000"
            try #require(try records.insert(sample))
            try #require(try records.replace(sample))
            try #require(try records.storeRevision(sample.key, rev: "3z"))
            try #require(try records.delete(sample.key))
        },
        Query("tombstone put and removed") { database throws in
            let tombstones = TombstoneRepository(database)
            try tombstones.bury(recordKey, rev: "a", receivedAtMicroseconds: 1)
            try tombstones.bury(recordKey, rev: "b", receivedAtMicroseconds: 2)
            try tombstones.remove(recordKey)
        },
        Query("account tombstone put") { database throws in
            let accounts = AccountTombstoneRepository(database)
            try accounts.put("d1000", rev: "z", accountTimeMicroseconds: 1, receivedAtMicroseconds: 1)
        },
        Query("actor changed") { database throws in
            let actors = ActorRepository(database)
            let id = try actors.insert("did:plc:new", indexedAt: "")
            try actors.updateIdentity(id, handle: "h", timeMicroseconds: 1, seq: 1)
            try actors.updateAccount(id, active: false, status: "s", timeMicroseconds: 1, seq: 1)
            try actors.markDeleted(id, deletedRev: "r")
            try actors.purgeDone(id)
        },
        Query("position changed") { database throws in
            let cursors = CursorRepository(database)
            try cursors.save(try #require(try cursors.find("b")))
            try cursors.cover("b", untilMicroseconds: 1, updatedAtMicroseconds: 1)
        },
        Query("gap changed") { database throws in
            let gaps = GapRepository(database)
            let id = try gaps.record(
                host: "h",
                wire: "v1",
                fromMicroseconds: 1,
                toMicroseconds: 2,
                cause: "c",
                detectedAtMicroseconds: 3
            )
            try gaps.extend(id, toMicroseconds: 4)
            try gaps.heal(id, atMicroseconds: 5, how: "h")
        },
        Query("lexicon changed") { database throws in
            let lexicons = LexiconRepository(database)
            try lexicons.put("app.bsky.l1000", json: "{}", createdAt: "")
            try lexicons.delete("app.bsky.l1000")
        },
        Query("run saved") { database throws in
            let runs = RunRepository(database)
            try runs.save(processID: 1, startedAtMicroseconds: 1, updatedAtMicroseconds: 1, stateJSON: "{}")
        },
    ]

    /// Chunks of the clean-up, which take their limit and not the log's length.
    static let chunks: [Query] = [
        Query("delete by age") { database throws in
            let deletion = try ActivityRepository(database).deleteOldest(
                ActivityCut(receivedBeforeMicroseconds: 3000),
                limit: 500
            )
            try #require(deletion.deletedRows > 400)
        },
        Query("delete by bytes") { database throws in
            let deletion = try ActivityRepository(database).deleteOldest(.payloadBytes(1000), limit: 500)
            try #require(deletion.deletedBytes >= 1000)
        },
        Query("delete by rows") { database throws in
            let deletion = try ActivityRepository(database).deleteOldest(.rows(400), limit: 500)
            try #require(deletion.deletedRows == 400)
        },
        Query("delete all") { database throws in
            try #require(try ActivityRepository(database).deleteOldest(.everything(), limit: 500).deletedRows > 400)
        },
        Query("dry run") { database throws in
            let count = try ActivityRepository(database).countOldest(ActivityCut(receivedBeforeMicroseconds: 1000))
            try #require(count.deletedRows > 900)
        },
        Query("purge") { database throws in
            let records = RecordRepository(database)
            let purge = try records.purge(actor: 1, throughRev: "z", afterID: 0, limit: 100)
            try #require(!purge.isComplete)
        },
        Query("survey") { database throws in
            try #require(try RecordRepository(database).survey(actor: 1, afterID: 0, limit: 100).records == 100)
        },
        Query("tombstones of a person") { database throws in
            let found = try TombstoneRepository(database).find(did: "d", throughRev: "r", after: nil, limit: 100)
            try #require(found.found.count == 100)
            try #require(try TombstoneRepository(database).remove(found.found, throughRev: "r") == 100)
        },
        Query("events of a person") { database throws in
            let found = try ActivityRepository(database).find(did: "did:plc:50", in: 1...2000)
            try #require(found.ids.count == 20)
            try #require(try ActivityRepository(database).delete(found.ids).deletedRows == 20)
            _ = try ActivityRepository(database).processing(did: "did:plc:50", through: .max)
            _ = try ActivityRepository(database).oldestID()
        },
        Query("forgetting") { database throws in
            let actors = ActorRepository(database)
            let actor = try #require(try actors.find("did:plc:1000"))
            try actors.empty(actor, throughRev: "z", indexedAt: "")
            _ = try actors.removeIfEmpty(actor.id)
            _ = try AccountTombstoneRepository(database).erase("d1000", throughMicroseconds: .max)
            let forgetting = Forgetting(forgottenAtMicroseconds: 1, throughRev: "r", isBlocked: true)
            try ForgottenRepository(database).put("new", forgetting)
            try AuditRepository(database).add("forget", counts: "{}", atMicroseconds: 1)
        },
        Query("expired tombstones") { database throws in
            try #require(try TombstoneRepository(database).deleteExpired(receivedBefore: 4000, limit: 100) == 100)
        },
        Query("expired account tombstones") { database throws in
            let accounts = AccountTombstoneRepository(database)
            try #require(try accounts.deleteExpired(receivedBefore: 4000, limit: 100) == 100)
        },
    ]
}
