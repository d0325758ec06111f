import Jetstream
import Measuring
import Store
import Texts

/// A batch's commits as rows of tables.
final class SampleRows {
    private(set) var activities: [NewActivity] = []
    private(set) var records: [NewRecord] = []
    private(set) var keys: [RecordKey] = []
    let revision: ByteText = "3mbcdefghijkl"
    private let texts = TextArena()

    /// Makes the rows; `actorID` tells or makes the actor of a DID.
    init(_ messages: some Sequence<UnsafeRawBufferPointer>, actorID: (ByteText) throws -> Int64) rethrows {
        let decoder = EventDecoder()
        for message in messages {
            guard case .event(let event) = decoder.decode(message, into: texts), case .commit(let commit) = event.body
            else { continue }
            try add(commit, event, message, actorID)
        }
    }

    private func add(
        _ commit: Commit,
        _ event: JetstreamEvent,
        _ message: UnsafeRawBufferPointer,
        _ actorID: (ByteText) throws -> Int64
    ) rethrows {
        let key = RecordKey(collection: commit.collection, rkey: commit.rkey, did: event.did)
        let time = texts.add(UTCTimestamp.text(microseconds: event.timeMicroseconds))
        keys.append(key)
        activities.append(activity(commit, event, message, time))
        guard commit.operation == "create", let cid = commit.cid, case .object(let range) = commit.record
        else { return }
        let record = NewRecord(
            key: key,
            actorID: try actorID(event.did),
            rev: commit.rev,
            cid: cid,
            json: UnsafeRawBufferPointer(rebasing: message[range]),
            indexedAt: time
        )
        records.append(record)
    }

    private func activity(
        _ commit: Commit,
        _ event: JetstreamEvent,
        _ message: UnsafeRawBufferPointer,
        _ time: ByteText
    ) -> NewActivity {
        NewActivity(
            timestamp: time,
            operation: commit.operation,
            collection: commit.collection,
            did: event.did,
            rkey: commit.rkey,
            rev: commit.rev,
            cid: commit.cid ?? "",
            payload: message,
            receivedAtMicroseconds: SampleEvents.clock.now()
        )
    }
}
