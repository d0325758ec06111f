/// One event of the stream, the same whichever wire it came over.
public struct Event: Sendable, Equatable {
    /// The account that it belongs to, as a DID; empty where it could not be read.
    public let did: String
    /// When the server saw it, in microseconds since the Unix epoch; the time of receipt where it could not be read.
    ///
    /// Neither unique (operations of one commit share it) nor increasing, and never to be trusted: it may be negative or
    /// far in the future.
    public let timeMicroseconds: Int64
    /// The server's sequence number; nil from a server that sends none.
    ///
    /// It means nothing to another host.
    public let seq: Int64?
    /// When it was received, in microseconds since the Unix epoch.
    public let receivedAtMicroseconds: Int64
    /// What happened.
    public let kind: Kind
    /// The digest of the message, where nothing in it names the event; else empty.
    let digest: String

    /// What an event is about.
    public enum Kind: Sendable, Equatable {
        /// A record was created, updated or deleted.
        case commit(Commit)
        /// A handle, or the document behind a DID, has changed.
        case identity(Identity)
        /// An account's standing has changed.
        case account(Account)
        /// A repository was brought to a state of its own (only v2).
        case sync(Sync)
        /// A message that is no event that this version can read.
        case unreadable(Unreadable)
    }

    /// One operation on one record.
    public struct Commit: Sendable, Equatable {
        /// The repository's revision after the commit: a TID, which grows with time; not checked.
        public let rev: String
        /// What was done.
        public let operation: Operation
        /// The collection (an NSID) that the record belongs to.
        public let collection: String
        /// The record's key in its collection.
        public let rkey: String
        /// The record's content identifier; nil for a delete, or where none was sent.
        public let cid: String?
        /// The record as JSON, as it was sent; nil for a delete, or where none was sent.
        public let record: String?
    }

    /// What was done with a record.
    public enum Operation: Sendable, Equatable {
        /// It is new.
        case create
        /// It has a new content.
        case update
        /// It is gone.
        case delete
        /// Something that this version does not know, in the server's word.
        case other(String)
    }

    /// A change of a handle, or of the document behind a DID.
    public struct Identity: Sendable, Equatable {
        /// The new handle; nil when the event does not say.
        public let handle: String?
        /// The relay's sequence number; nil when it is missing.
        public let relaySeq: Int64?
        /// When the relay saw it, in microseconds since the Unix epoch; nil when that is missing.
        public let relayTimeMicroseconds: Int64?
    }

    /// A change of an account's standing.
    public struct Account: Sendable, Equatable {
        /// Whether the account can be read.
        public let isActive: Bool
        /// Why it cannot: `takendown`, `suspended`, `deleted`, `deactivated` or another word; nil when nothing is said.
        public let status: String?
        /// The relay's sequence number; nil when it is missing.
        public let relaySeq: Int64?
        /// When the relay saw it, in microseconds since the Unix epoch; nil when that is missing.
        public let relayTimeMicroseconds: Int64?
    }

    /// Word that a repository was brought to a state which the commits before it do not lead to.
    public struct Sync: Sendable, Equatable {
        /// The repository's revision in that state; not checked.
        public let rev: String
        /// The relay's sequence number; nil when it is missing.
        public let relaySeq: Int64?
        /// When the relay saw it, in microseconds since the Unix epoch; nil when that is missing.
        public let relayTimeMicroseconds: Int64?
        /// The whole message, which holds the blocks that prove the state.
        public let message: String
    }

    /// A message of which no event could be made.
    public struct Unreadable: Sendable, Equatable {
        /// What is wrong with it, naming the field, in words for a person; it may hold words of the message.
        public let reason: String
        /// The message as it came.
        public let bytes: [UInt8]
    }
}
