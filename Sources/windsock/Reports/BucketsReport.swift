import Store

/// The counts of a span in equal parts, as `--json` prints them: a contract, fields are only ever added.
struct BucketsReport: Encodable {
    struct Item: Encodable {
        /// Where the part begins, UTC, on a whole minute.
        let start: String
        let creates: Int64
        let updates: Int64
        let deletes: Int64
        let errors: Int64
    }

    let range: String
    let widthMinutes: Int64
    /// Oldest first; the last one holds the present minute.
    let items: [Item]
}

extension BucketsReport {
    init(_ range: ActivityBucketRange, _ buckets: [ActivityBucket]) {
        let items = buckets.map { bucket in
            Item(
                start: bucket.timestamp,
                creates: bucket.creates,
                updates: bucket.updates,
                deletes: bucket.deletes,
                errors: bucket.errors
            )
        }
        self.init(range: range.rawValue, widthMinutes: range.widthMinutes, items: items)
    }
}
