import Foundation
import GRDB

/// What a database holds, read by plain SQL and not by the program's own repositories.
struct StoredState {
    var commits: Set<[String]> = []
    var rows = 0
    var statuses: Set<String> = []
    var records: [[String]: (rev: String, cid: String, record: NSDictionary)] = [:]

    init(_ db: Database) throws {
        let log = try Row.fetchCursor(
            db,
            sql: """
                SELECT rev, did, collection, rkey, operation, status FROM jetstream_activity
                WHERE operation NOT IN ('identity', 'account')
                """
        )
        while let row = try log.next() {
            commits.insert([row[0], row[1], row[2], row[3], row[4]])
            statuses.insert(row[5])
            rows += 1
        }
        let stored = try Row.fetchCursor(db, sql: "SELECT collection, rkey, did, rev, cid, json FROM record")
        while let row = try stored.next() {
            let json: String = row[5]
            guard let record = try JSONSerialization.jsonObject(with: Data(json.utf8)) as? NSDictionary else {
                continue
            }
            records[[row[0], row[1], row[2]]] = (row[3], row[4], record)
        }
    }
}
