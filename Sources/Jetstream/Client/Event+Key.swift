extension Event.Operation {
    /// Takes the word that the wire has for it.
    init(_ word: String) {
        self =
            switch word {
            case "create": .create
            case "update": .update
            case "delete": .delete
            default: .other(word)
            }
    }

    /// The wire's word for it.
    var word: String {
        switch self {
        case .create: "create"
        case .update: "update"
        case .delete: "delete"
        case .other(let word): word
        }
    }
}

extension Event {
    /// The same each time the event is delivered, from whichever host, and different for different events.
    ///
    /// A commit's is made of revision, account, collection, record key and operation; that of another event of the
    /// relay's number; that of what cannot be read, or has no number, of its bytes. It begins with the revision, which
    /// grows with time, so that new keys land at one end of an index.
    public var key: String {
        switch kind {
        case .commit(let commit):
            "\(commit.rev) \(did) \(commit.collection) \(commit.rkey) \(commit.operation.word)"
        case .identity(let identity): "\(Event.name(identity.relaySeq, or: digest)) \(did) identity"
        case .account(let account): "\(Event.name(account.relaySeq, or: digest)) \(did) account"
        case .sync(let sync): "\(Event.name(sync.relaySeq, or: digest)) \(did) sync"
        case .unreadable: digest
        }
    }

    private static func name(_ relaySeq: Int64?, or digest: String) -> String {
        relaySeq.map { "\($0)" } ?? digest
    }
}
