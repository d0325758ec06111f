import Texts

/// What one operation means for one record, given what is stored of it (invariant 3).
///
/// Pure.
enum RecordRule {
    /// What to do.
    enum Verdict: Equatable {
        /// Write or delete the record.
        case apply
        /// The content is what is stored, under a newer revision: keep the revision alone.
        case storeRevision(message: String)
        /// Nothing; the event is a success all the same.
        case skip(message: String)
        /// Nothing; the event contradicts what is stored.
        case refuse(message: String)
    }

    static let duplicateMessage = "Skipped: duplicate CID"
    static let olderMessage = "Skipped: older than the stored revision"
    static let conflictMessage = "Conflicting CID for one revision"

    /// Decides by revision, whatever the order of arrival; TIDs compare as texts do.
    ///
    /// - Parameters:
    ///   - rev: the operation's revision, a TID.
    ///   - cid: the operation's content identifier; nil for a delete.
    ///   - stored: revision and content identifier of the record; nil when there is none.
    ///   - buried: revision of the record's tombstone; nil when there is none.
    /// - Returns: what to do.
    static func verdict(
        rev: ByteText,
        cid: ByteText?,
        stored: (rev: ByteText, cid: ByteText)?,
        buried: ByteText?
    ) -> Verdict {
        if let buried, rev <= buried { return .skip(message: olderMessage) }
        guard let stored else { return .apply }
        guard let cid else { return rev > stored.rev ? .apply : .skip(message: olderMessage) }
        if rev < stored.rev { return .skip(message: olderMessage) }
        if cid == stored.cid {
            return rev > stored.rev
                ? .storeRevision(message: duplicateMessage) : .skip(message: duplicateMessage)
        }
        return rev > stored.rev ? .apply : .refuse(message: conflictMessage)
    }
}
