/// What a client asks for in the query of `/subscribe`, or of the second wire's `subscribeEvents`.
struct SubscribeQuery: Sendable {
    /// Why a request is refused before the upgrade.
    struct Refusal: Error, Equatable {
        /// The error's name on the second wire.
        enum Name: String {
            case invalidRequest = "InvalidRequest"
            case cursorTooOld = "CursorTooOld"
            case unknownDictionary = "UnknownZstdDictionary"
        }

        let name: Name
        /// In the server's words.
        let message: String

        init(_ message: String, name: Name = .invalidRequest) {
            self.message = "subscribe: " + message
            self.name = name
        }
    }

    let wire: Wire
    /// The cursor as it came; nil when there was none, or an empty one.
    var rawCursor: String?
    var cursor: Int64?
    var selection = EventSelection()
    /// Whether the first wire is asked for compressed frames.
    var isCompressed = false
    /// Whether nothing is sent before the client's first options update.
    var requiresHello = false
    /// The id of the dictionary that the client of the second wire has.
    var dictionaryID: UInt32?

    /// Reads the part of a request target of the first wire after the question mark.
    ///
    /// - Throws: `Refusal` if the real server would answer 400.
    init(_ query: Substring) throws(Refusal) {
        wire = .v1
        var collections: Set<String> = []
        var dids: Set<String> = []
        var mostMessageBytes = 0
        for (name, value) in PercentText.pairs(of: query) {
            switch name {
            case "cursor": rawCursor = rawCursor ?? (value.isEmpty ? nil : value)
            case "wantedCollections": collections.insert(value)
            case "wantedDids": dids.insert(value)
            case "maxMessageSizeBytes": mostMessageBytes = Int(value) ?? 0
            case "compress": isCompressed = value == "true"
            case "requireHello": requiresHello = value == "true"
            default: break
            }
        }
        try readCursor()
        selection = try EventSelection(
            wantedCollections: collections,
            wantedDids: dids,
            mostMessageBytes: mostMessageBytes
        )
    }

    private mutating func readCursor() throws(Refusal) {
        guard let rawCursor else { return }
        guard let cursor = Int64(rawCursor) else { throw Refusal("invalid cursor: \"\(rawCursor)\"") }
        self.cursor = cursor
    }
}

/// The second wire.
extension SubscribeQuery {
    private static let mostKinds = 4
    private static let namesOfFirstWire: Set = ["wantedCollections", "wantedDids", "requireHello", "compress"]

    /// Reads the part of a request target of the second wire after the question mark.
    ///
    /// - Parameter query: parameters that neither wire knows are ignored.
    /// - Throws: `Refusal` if the real server would answer 400.
    init(secondWire query: Substring) throws(Refusal) {
        wire = .v2
        var values: [String: [String]] = [:]
        for (name, value) in PercentText.pairs(of: query) {
            guard !Self.namesOfFirstWire.contains(name) else {
                throw Refusal("\(name) is a parameter of /subscribe and not of this endpoint")
            }
            values[name, default: []].append(value)
        }
        rawCursor = try Self.single("cursor", in: values)
        try readCursor()
        selection.kinds = try Self.kinds(values["kinds"] ?? [])
        selection.collections = try Self.collections(values["collections"] ?? [], kinds: selection.kinds)
        let dids = values["dids"] ?? []
        guard dids.count <= EventSelection.mostDids else {
            throw Refusal("too many dids: \(dids.count) > \(EventSelection.mostDids)")
        }
        try EventSelection.check(dids)
        selection.dids = Set(dids)
        selection.mostMessageBytes = Int(try Self.number("maxMessageSizeBytes", in: values) ?? 0)
        dictionaryID = try Self.number("zstdDictionary", in: values)
    }

    private static func kinds(_ values: [String]) throws(Refusal) -> Set<GeneratedEvent.Kind>? {
        guard values.count <= mostKinds else { throw Refusal("too many kinds: \(values.count) > \(mostKinds)") }
        var kinds: Set<GeneratedEvent.Kind> = []
        for value in values {
            guard let kind = GeneratedEvent.Kind(rawValue: value) else { throw Refusal("unknown kind: \"\(value)\"") }
            kinds.insert(kind)
        }
        return kinds.isEmpty ? nil : kinds
    }

    private static func collections(
        _ values: [String],
        kinds: Set<GeneratedEvent.Kind>?
    ) throws(Refusal) -> [CollectionPattern] {
        guard values.count <= EventSelection.mostCollections else {
            throw Refusal("too many collections: \(values.count) > \(EventSelection.mostCollections)")
        }
        guard values.isEmpty || kinds?.contains(.commit) ?? true else {
            throw Refusal("collections ask for commits, which kinds leave out")
        }
        var patterns: [CollectionPattern] = []
        for value in values {
            guard let pattern = CollectionPattern(secondWire: value) else {
                throw Refusal("invalid collection: \"\(value)\"")
            }
            patterns.append(pattern)
        }
        return patterns
    }

    private static func single(_ name: String, in values: [String: [String]]) throws(Refusal) -> String? {
        guard let all = values[name] else { return nil }
        guard all.count == 1 else { throw Refusal("\(name) is given \(all.count) times") }
        return all[0]
    }

    private static func number(_ name: String, in values: [String: [String]]) throws(Refusal) -> UInt32? {
        guard let text = try single(name, in: values) else { return nil }
        guard let number = UInt32(text) else { throw Refusal("invalid \(name): \"\(text)\"") }
        return number
    }
}
