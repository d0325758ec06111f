package import Texts

/// One event of a Jetstream, the same whichever wire it came over.
///
/// Its texts are valid as long as the arena that it was decoded into.
package struct JetstreamEvent: Sendable, Equatable {
    /// The repository (account) that the event belongs to.
    package var did: ByteText
    /// When the server saw the event, in microseconds since the Unix epoch.
    ///
    /// Neither unique (operations of one commit share it) nor increasing, and never to be trusted: it may be negative or
    /// far in the future.
    package var timeMicroseconds: Int64
    /// The server's own sequence number; nil from a server that sends none.
    ///
    /// It means nothing to another host.
    package var seq: Int64?
    package var body: Body

    package enum Body: Sendable, Equatable {
        case commit(Commit)
        case identity(Identity)
        case account(Account)
        case sync(Sync)
    }
}

/// One operation on one record.
package struct Commit: Sendable, Equatable {
    /// The repository's revision after the commit: a TID, which grows with time.
    ///
    /// Not checked by the decoder.
    package var rev: ByteText
    /// `create`, `update` or `delete`; any other text is passed on for the reader to report.
    package var operation: ByteText
    package var collection: ByteText
    package var rkey: ByteText
    /// The record's content identifier; nil for a delete.
    package var cid: ByteText?
    package var record: RecordText

    /// The record, as the bytes in which it was sent.
    package enum RecordText: Sendable, Equatable {
        /// There is none, as in a delete, or it is null.
        case missing
        /// It is JSON, but no object.
        case notAnObject
        /// The range of the message's bytes that hold it.
        case object(Range<Int>)
    }
}

/// A change of a handle, or of the document behind a DID.
package struct Identity: Sendable, Equatable {
    /// The new handle; nil when the event does not say.
    package var handle: ByteText?
    /// The relay's sequence number; nil when it is missing or 0.
    package var seq: Int64?
    /// When the relay saw it, in microseconds since the Unix epoch; nil when it is missing or no date.
    package var relayTimeMicroseconds: Int64?
}

/// A change of an account's standing.
package struct Account: Sendable, Equatable {
    package var active: Bool
    /// `takendown`, `suspended`, `deleted`, `deactivated`, `desynchronized`, `throttled`, or whatever else was sent.
    package var status: ByteText?
    /// The relay's sequence number; nil when it is missing or 0.
    package var seq: Int64?
    /// When the relay saw it, in microseconds since the Unix epoch; nil when it is missing or no date.
    package var relayTimeMicroseconds: Int64?
}

/// Word that a repository was brought to a state of its own, which the commits before it do not lead to.
///
/// Only v2 sends it. The blocks that prove the state stay in the message.
package struct Sync: Sendable, Equatable {
    /// The repository's revision in that state; not checked by the decoder.
    package var rev: ByteText
    /// The relay's sequence number; nil when it is missing or 0.
    package var seq: Int64?
    /// When the relay saw it, in microseconds since the Unix epoch; nil when it is missing or no date.
    package var relayTimeMicroseconds: Int64?
}

/// A message of which no event could be made.
package struct UnreadableMessage: Sendable, Equatable {
    /// What is wrong with it, naming the field, for a person to read.
    package var reason: ByteText
    /// What could be read all the same: '' and nil where it could not.
    package var did: ByteText
    package var timeMicroseconds: Int64?
    package var seq: Int64?

    package init(reason: ByteText, did: ByteText = "", timeMicroseconds: Int64? = nil, seq: Int64? = nil) {
        self.reason = reason
        self.did = did
        self.timeMicroseconds = timeMicroseconds
        self.seq = seq
    }
}

/// What the decoder made of a message.
package enum DecodedMessage: Sendable, Equatable {
    case event(JetstreamEvent)
    case unreadable(UnreadableMessage)

    /// The event's time, in microseconds since the Unix epoch; nil when it could not be read.
    package var timeMicroseconds: Int64? {
        switch self {
        case .event(let event): event.timeMicroseconds
        case .unreadable(let message): message.timeMicroseconds
        }
    }

    /// The server's sequence number; nil when there is none.
    package var seq: Int64? {
        switch self {
        case .event(let event): event.seq
        case .unreadable(let message): message.seq
        }
    }
}
