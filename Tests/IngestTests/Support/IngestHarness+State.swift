import GRDB
import Store

@testable import Ingest

/// What the events have made of one actor: what is the same whatever the order in which they came.
struct ActorState: Equatable {
    struct Record: Equatable {
        let collection: String
        let rkey: String
        let rev: String
        let cid: String
        let json: String
    }

    struct Tombstone: Equatable {
        let collection: String
        let rkey: String
        let rev: String
    }

    var handle: String?
    var isActive: Bool
    var status: String?
    var deletedRev: String
    /// Those that a query shows.
    var records: [Record]
    /// Those that the account's deletion has not made needless.
    var tombstones: [Tombstone]

    mutating func takeNameAndStanding(of other: ActorState) {
        (handle, isActive, status) = (other.handle, other.isActive, other.status)
    }
}

extension IngestHarness {
    /// The state of each actor, by DID.
    func state() throws -> [String: ActorState] {
        try store.read { db in
            let actors = try Row.fetchAll(db, sql: "SELECT did, handle, active, status, deleted_rev FROM actor")
            let states = try actors.map { actor in
                let did: String = actor["did"]
                let floor: String = actor["deleted_rev"]
                let state = ActorState(
                    handle: actor["handle"],
                    isActive: actor["active"],
                    status: actor["status"],
                    deletedRev: floor,
                    records: try records(did, above: floor, db),
                    tombstones: try tombstones(did, above: floor, db)
                )
                return (did, state)
            }
            return Dictionary(uniqueKeysWithValues: states)
        }
    }

    /// The DIDs of which the log has an identity or account event that came too early to be applied.
    func actorsPassedOver() throws -> Set<String> {
        let entries = try log().filter { $0.errorMessage == EventApplier.unknownActorMessage }
        return Set(entries.map(\.did))
    }

    /// The state of a DID without an actor, which is one whose account was deleted before anything of it was stored.
    ///
    /// Nothing is known of its name and standing then, which are taken from `other`.
    func stateWithoutActor(_ did: String, after other: ActorState) throws -> ActorState {
        let floor = try floor(did) ?? ""
        return try store.read { db in
            var state = other
            state.deletedRev = floor
            state.records = []
            state.tombstones = try tombstones(did, above: floor, db)
            return state
        }
    }

    private func records(_ did: String, above floor: String, _ db: Database) throws -> [ActorState.Record] {
        let sql = """
            SELECT collection, rkey, rev, cid, json FROM record
            WHERE actor = (SELECT id FROM actor WHERE did = ?1) AND did = ?1 AND rev > ?2 ORDER BY collection, rkey
            """
        return try Row.fetchAll(db, sql: sql, arguments: [did, floor]).map { row in
            ActorState.Record(
                collection: row["collection"],
                rkey: row["rkey"],
                rev: row["rev"],
                cid: row["cid"],
                json: row["json"]
            )
        }
    }

    private func tombstones(_ did: String, above floor: String, _ db: Database) throws -> [ActorState.Tombstone] {
        let sql = "SELECT collection, rkey, rev FROM tombstone WHERE did = ? AND rev > ? ORDER BY collection, rkey"
        return try Row.fetchAll(db, sql: sql, arguments: [did, floor]).map { row in
            ActorState.Tombstone(collection: row["collection"], rkey: row["rkey"], rev: row["rev"])
        }
    }
}
