/// The envelope of an event, with its keys in the order of the real server.
enum EventText {
    static func json(
        did: String,
        timeMicroseconds: Int64,
        sequence: Int64?,
        kind: GeneratedEvent.Kind,
        detail: String
    ) -> String {
        let name = kind.rawValue
        var json = "{\"did\":\""
        json.reserveCapacity(detail.utf8.count + 160)
        json += did
        json += "\",\"time_us\":"
        json += String(timeMicroseconds)
        if let sequence {
            json += ",\"cursor\":"
            json += String(sequence)
        }
        json += ",\"kind\":\""
        json += name
        json += "\",\""
        json += name
        json += "\":"
        json += detail
        json += "}"
        return json
    }

    /// The `commit` object.
    ///
    /// - Parameters:
    ///   - commit: what is done to which record.
    ///   - record: the record as JSON, nil for a delete.
    /// - Returns: JSON.
    static func detail(_ commit: GeneratedEvent.Commit, record: String?) -> String {
        var json = "{\"rev\":\""
        json.reserveCapacity((record?.utf8.count ?? 0) + 300)
        json += commit.revision
        json += "\",\"operation\":\""
        json += commit.operation.rawValue
        json += "\",\"collection\":\""
        json += commit.collection
        json += "\",\"rkey\":\""
        json += commit.recordKey
        json += "\""
        if let record, let cid = commit.cid {
            json += ",\"record\":"
            json += record
            json += ",\"cid\":\""
            json += cid
            json += "\""
        }
        json += "}"
        return json
    }
}
