import Foundation
import Store

/// What a stream's events must come to, computed apart from the program: a model of the log and of the records.
struct ExpectedState {
    /// The key of a commit in the log: rev, did, collection, rkey, operation.
    private(set) var commits: Set<[String]> = []
    /// Content identifier and record, by [collection, rkey, did].
    private(set) var records: [[String]: (rev: String, cid: String, record: NSDictionary)] = [:]
    private var buried: [[String]: String] = [:]

    /// Reads events, one a line, in the order in which they are sent.
    init(_ lines: [String]) throws {
        for line in lines where !line.isEmpty {
            guard let event = try JSONSerialization.jsonObject(with: Data(line.utf8)) as? [String: Any],
                let did = event["did"] as? String, let commit = event["commit"] as? [String: Any],
                let rev = commit["rev"] as? String, let collection = commit["collection"] as? String,
                let rkey = commit["rkey"] as? String, let operation = commit["operation"] as? String
            else { continue }
            commits.insert([rev, did, collection, rkey, operation])
            let key = [collection, rkey, did]
            guard rev > buried[key] ?? "", rev > records[key]?.rev ?? "" else { continue }
            if operation == "delete" {
                records[key] = nil
                buried[key] = rev
            } else if let cid = commit["cid"] as? String, let record = commit["record"] as? NSDictionary {
                records[key] = (rev, cid, record)
            }
        }
    }

    /// Says what differs from a database; empty when nothing does.
    func differences(from database: String) throws -> [String] {
        let store = try Store.open(path: database, access: .readOnly)
        defer { try? store.close() }
        let stored = try store.read { db in try StoredState(db) }
        var differences: [String] = []
        let missing = commits.subtracting(stored.commits)
        let extra = stored.commits.subtracting(commits)
        if !missing.isEmpty {
            differences.append("\(missing.count) commits are missing, such as \(missing.first ?? [])")
        }
        if !extra.isEmpty { differences.append("\(extra.count) commits too many, such as \(extra.first ?? [])") }
        if stored.rows != stored.commits.count { differences.append("some commits have more than one row") }
        if stored.statuses != ["success"] { differences.append("statuses are \(stored.statuses)") }
        for (key, record) in records {
            guard let found = stored.records[key] else {
                differences.append("no record \(key)")
                continue
            }
            if found.rev != record.rev || found.cid != record.cid || found.record != record.record {
                differences.append("record \(key) is not the newest")
            }
        }
        for key in stored.records.keys where records[key] == nil { differences.append("record \(key) should be gone") }
        return differences
    }
}
