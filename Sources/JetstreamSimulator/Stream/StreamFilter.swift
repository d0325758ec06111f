/// What a connection wants to see, prepared for comparing numbers.
struct StreamFilter {
    enum Verdict {
        case send
        /// The connection does not want it.
        case skip
        /// The connection wants it, and is kept from it on purpose.
        case withhold
    }

    private let wire: Wire
    private let patterns: [CollectionPattern]
    private let dids: Set<NameTable.Identifier>
    private let kinds: Set<GeneratedEvent.Kind>?
    /// Zero for no limit.
    let mostPayloadBytes: Int
    /// Whether commits are withheld.
    var isBlind = false
    /// Whether each collection is wanted, found out when it is first met.
    private var verdicts: [NameTable.Identifier: Bool] = [:]

    init(_ selection: EventSelection, wire: Wire = .v1, names: NameTable) {
        self.wire = wire
        patterns = selection.collections
        dids = Set(selection.dids.map(names.identifier(of:)))
        kinds = selection.kinds
        mostPayloadBytes = selection.mostMessageBytes
    }

    /// Whether a whole chunk can be sent as it is on the first wire.
    func passesAll(of chunk: LogChunk) -> Bool {
        patterns.isEmpty && dids.isEmpty && !isBlind && !chunk.holdsExceptions
            && (mostPayloadBytes == 0 || chunk.largestPayloadBytes <= mostPayloadBytes)
    }

    mutating func verdict(on entry: LogEntry, names: NameTable) -> Verdict {
        guard !entry.kind.isInjected else { return .send }
        guard passes(entry, names: names) else { return .skip }
        return isBlind && entry.kind == .event(.commit) ? .withhold : .send
    }

    private mutating func passes(_ entry: LogEntry, names: NameTable) -> Bool {
        // On the second wire the limit is that of the whole frame, which is not yet made.
        guard wire == .v2 || mostPayloadBytes == 0 || entry.payloadBytes <= mostPayloadBytes else { return false }
        guard case .event(let kind) = entry.kind else { return true }
        guard wire == .v2 || kind != .sync else { return false }
        if let kinds, let kind {
            guard kinds.contains(kind) else { return false }
        }
        if !dids.isEmpty {
            guard let did = entry.did, dids.contains(did) else { return false }
        }
        guard !patterns.isEmpty, let collection = entry.collection else { return true }
        if let verdict = verdicts[collection] {
            return verdict
        }
        let name = names.name(of: collection)
        let verdict = patterns.contains { $0.matches(name) }
        verdicts[collection] = verdict
        return verdict
    }
}
