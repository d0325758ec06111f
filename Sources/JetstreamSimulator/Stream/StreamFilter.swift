/// What a connection wants to see, prepared for comparing numbers.
struct StreamFilter {
    private let patterns: [CollectionPattern]
    private let dids: Set<NameTable.Identifier>
    /// Zero for no limit.
    private let mostPayloadBytes: Int
    /// Whether each collection is wanted, found out when it is first met.
    private var verdicts: [NameTable.Identifier: Bool] = [:]

    init(_ query: SubscribeQuery, names: NameTable) {
        patterns = query.wantedCollections
        dids = Set(query.wantedDids.map(names.identifier(of:)))
        mostPayloadBytes = query.mostMessageBytes
    }

    /// Whether a whole chunk can be sent as it is.
    func passesAll(of chunk: LogChunk) -> Bool {
        patterns.isEmpty && dids.isEmpty && !chunk.holdsInjected
            && (mostPayloadBytes == 0 || chunk.largestPayloadBytes <= mostPayloadBytes)
    }

    mutating func passes(_ entry: LogEntry, names: NameTable) -> Bool {
        guard entry.kind != .injected else { return true }
        guard mostPayloadBytes == 0 || entry.payloadBytes <= mostPayloadBytes else { return false }
        guard entry.kind == .event else { return true }
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
