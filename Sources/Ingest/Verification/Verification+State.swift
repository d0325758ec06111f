import GRDB
import Store

/// The walks along what the events describe.
extension Verification {
    func records() throws -> VerifiedCheck {
        var check = VerifiedCheck(.records, unit: "record")
        let newest = try store.read { db in try VerificationRepository(db).newestRecordID() }
        var last: Int64? = 0
        while let after = last {
            last = try store.read { db in
                let repository = VerificationRepository(db)
                guard
                    let stretch = try repository.recordStretch(
                        after: after,
                        through: newest,
                        limit: rowsOfLook
                    )
                else { return nil }
                check.examine(stretch.rows)
                // Nothing of the log tells of what came before it.
                let oldest = try repository.oldestEnded().map { UTCTimestamp.text(microseconds: $0.1) } ?? "~"
                let unsound = try repository.unsoundRecords(
                    after: after,
                    through: stretch.lastID,
                    loggedAfter: oldest
                )
                for record in unsound {
                    for fault in Verification.faults(of: record) { check.differs(fault) }
                }
                return stretch.lastID
            }
        }
        return check
    }

    private static func faults(of record: UnsoundRecord) -> [String] {
        let subject = "record \(record.uri) at \(record.rev)"
        var faults: [String] = []
        if let did = record.actorDID {
            if did != record.did { faults.append("\(subject): its actor is \(did)") }
        } else {
            faults.append("\(subject): it has no actor")
        }
        if record.isBuried { faults.append("\(subject): there is a tombstone as well") }
        if record.isLeftOver { faults.append("\(subject): its account was deleted after it") }
        if record.isWithoutEvent { faults.append("\(subject): no event of the log has made it so") }
        return faults
    }

    func tombstones() throws -> VerifiedCheck {
        var check = VerifiedCheck(.tombstones, unit: "tombstone")
        var place = TombstonePlace.start
        while true {
            let part = try store.read { db in
                let repository = VerificationRepository(db)
                return try repository.unsoundTombstones(
                    after: place,
                    loggedAfter: try repository.oldestEnded()?.1 ?? .max,
                    limit: rowsOfLook
                )
            }
            check.examine(part.rows)
            for tombstone in part.tombstones {
                check.differs("tombstone of \(tombstone.uri) at \(tombstone.rev): no event of the log has made it")
            }
            guard part.rows > 0 else { return check }
            place = part.end
        }
    }
}
