/// A walk along an index that examines a bounded number of rows, however few of them match (invariant 9).
///
/// It keeps the ids of the rows that match, and where it stopped. The rows themselves are read afterwards, so that what
/// does not match costs no more than its place in the index or its short columns.
struct BoundedWalk<Cursor> {
    private struct Match {
        let id: Int64
        let cursor: Cursor
    }

    /// How many entries a page has at most.
    private let limit: Int

    /// How many rows a page examines at most.
    private let examining: Int

    private var matches: [Match] = []
    private var last: Cursor?

    /// Whether a row was left for the next page.
    private(set) var isFull = false

    /// How many rows were examined.
    private(set) var examined = 0

    init(limit: Int, examining: Int) {
        self.limit = min(max(limit, 1), PageLimit.entries)
        self.examining = max(examining, 1)
    }

    /// Takes the next row and says whether to go on; at a full page the row is left for the next one.
    mutating func add(id: Int64, isMatch: Bool, cursor: @autoclosure () -> Cursor) -> Bool {
        guard matches.count < limit, examined < examining else {
            isFull = true
            return false
        }
        examined += 1
        let cursor = cursor()
        last = cursor
        if isMatch {
            matches.append(Match(id: id, cursor: cursor))
        }
        return true
    }

    /// Reads the rows that matched, up to the page's limit of bytes, and at least one.
    ///
    /// - Parameters:
    ///   - size: The number of an entry's bytes.
    ///   - fetch: Reads the row of an id.
    /// - Returns: The entries, and where the next page begins; nil when the end was reached.
    /// - Throws: What `fetch` throws.
    func page<Entry>(
        size: (Entry) -> Int,
        fetch: (Int64) throws -> Entry?
    ) rethrows -> (entries: [Entry], next: Cursor?) {
        var entries: [Entry] = []
        var bytes = 0
        var taken: Cursor?
        for match in matches {
            guard let entry = try fetch(match.id) else { continue }
            bytes += size(entry)
            if let taken, bytes > PageLimit.bytes {
                return (entries, taken)
            }
            entries.append(entry)
            taken = match.cursor
        }
        return (entries, isFull ? last : nil)
    }
}

/// What one page of any list is held to.
package enum PageLimit {
    /// Rows that a page examines for a filter without an index of its own: about 20 ms of work.
    package static let examinedRows = 20_000

    /// Entries of a page.
    package static let entries = 1000

    /// Bytes of a page's payloads, since a single message may have 4 MiB.
    package static let bytes = 16 * 1024 * 1024
}
