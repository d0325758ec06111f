/// An endless stream of events that look like production's, the same for the same seed and start.
///
/// Commits (99.3 %) create, update and delete records of which it keeps track, identity and account events lie between
/// them. Times and revisions grow with the stream; the operations of one commit share both.
package struct EventGenerator: Sendable {
    /// The mean distance of upstream events: 500 a second, as production has.
    package static let meanSpacingMicroseconds: Int64 = 2_000
    /// Events of different commits lie at least this far apart, so that something fits between any two of them.
    static let leastSpacingMicroseconds: Int64 = 3
    /// How long before `time_us` the account's own server stamped the commit.
    static let revisionDelayMicroseconds: Int64 = 3_000
    /// How long before that the client made the record key.
    private static let keyDelayMicroseconds: Int64 = 5_000
    /// Where the relay's own numbering, inside identity and account events, starts.
    private static let firstRelaySequence: Int64 = 30_340_180_350
    private static let commitsPerThousand = 993
    private static let severalOperationsPerThousand = 12
    private static let deletesPerThousand = 50
    private static let updatesPerThousand = 20

    var network: Network
    var timeMicroseconds: Int64
    private var keyTimeMicroseconds: Int64 = 0
    private var nextSequence: Int64?
    var relaySequence = Self.firstRelaySequence
    private var commit: CommitInProgress?

    /// A stream's beginning.
    ///
    /// - Parameters:
    ///   - seed: the same seed gives the same stream, byte for byte, if the start is the same too.
    ///   - startTimeMicroseconds: microseconds since the Unix epoch; the first event comes shortly after.
    ///   - firstSequence: the `cursor` of the first event; nil leaves it out, as hosts of the first generation do.
    package init(seed: UInt64, startTimeMicroseconds: Int64, firstSequence: Int64? = nil) {
        network = Network(seed: seed)
        timeMicroseconds = startTimeMicroseconds
        nextSequence = firstSequence
    }

    /// Moves the clock on to the given time, if that is later; operations of a commit in progress keep its time.
    package mutating func advance(toMicroseconds time: Int64) {
        timeMicroseconds = max(timeMicroseconds, time - Self.leastSpacingMicroseconds)
    }

    /// Gives up the rest of a commit in progress, so that the next event has a time of its own.
    package mutating func startNextCommit() {
        commit = nil
    }

    /// The next event, its time drawn: for a stream that is made in advance.
    package mutating func next() -> GeneratedEvent {
        let unit = Double(network.generator.next() >> 11) * 0x1p-53
        let spacing = Int64(3 * Double(Self.meanSpacingMicroseconds) * unit * unit)
        return next(spacingMicroseconds: spacing)
    }

    /// The next event, as soon as possible after the last: for a stream whose clock is moved by `advance`.
    package mutating func nextNow() -> GeneratedEvent {
        next(spacingMicroseconds: 0)
    }

    private mutating func next(spacingMicroseconds: Int64) -> GeneratedEvent {
        if commit == nil {
            timeMicroseconds += max(Self.leastSpacingMicroseconds, spacingMicroseconds)
            relaySequence += 1
            guard network.generator.chance(Self.commitsPerThousand, in: 1_000) else { return drawMarker() }
            commit = planCommit()
        }
        guard var current = commit, let operation = current.operations.popLast() else {
            preconditionFailure("a commit without operations")
        }
        let event = perform(operation, in: &current)
        commit = current.operations.isEmpty ? nil : current
        return event
    }

    mutating func takeSequence() -> Int64? {
        defer { nextSequence = nextSequence.map { $0 + 1 } }
        return nextSequence
    }

    /// Numbers the events anew, if they have numbers at all.
    package mutating func restart(atSequence sequence: Int64) {
        nextSequence = nextSequence.map { _ in sequence }
    }
}

/// Commits.
extension EventGenerator {
    /// What is still to come of a commit.
    private struct CommitInProgress {
        enum Operation {
            case create(Collection)
            /// A post that answers the one before it.
            case continueThread
            /// The thread gate of the post before it, under the same key.
            case gate
            case update(LiveRecord)
            case delete(LiveRecord)
        }

        let account: Int
        let did: String
        let revision: String
        let timeMicroseconds: Int64
        /// Last one first.
        var operations: [Operation]
        /// The first and the last post so far.
        var thread: (first: RecordReference, last: RecordReference)?
        var lastKey = ""
    }

    private mutating func planCommit() -> CommitInProgress {
        let draw = network.generator.below(1_000)
        let deletesEnd = Self.severalOperationsPerThousand + Self.deletesPerThousand
        if draw < Self.severalOperationsPerThousand {
            return planSeveralOperations()
        }
        if draw < deletesEnd, let record = network.records.takeForDelete(using: &network.generator) {
            return begin(account: record.account, [.delete(record)])
        }
        if draw >= deletesEnd, draw < deletesEnd + Self.updatesPerThousand {
            guard let record = network.records.drawForUpdate(using: &network.generator) else {
                return begin(account: network.drawAccount(), [.create(.profile)])
            }
            return begin(account: record.account, [.update(record)])
        }
        let index = network.generator.weighted(Collection.weights, total: Collection.totalWeight)
        return begin(account: network.drawAccount(), [.create(Collection.allCases[index])])
    }

    private mutating func planSeveralOperations() -> CommitInProgress {
        switch network.generator.below(4) {
        case 0:
            let answers = Array(
                repeating: CommitInProgress.Operation.continueThread,
                count: 1 + network.generator.below(4)
            )
            return begin(account: network.drawAccount(), answers + [.create(.post)])
        case 1:
            let follows = Array(
                repeating: CommitInProgress.Operation.create(.follow),
                count: 2 + network.generator.below(7)
            )
            return begin(account: network.drawAccount(), follows)
        case 2:
            return begin(account: network.drawAccount(), [.gate, .create(.post)])
        default:
            guard let record = network.records.takeForDelete(using: &network.generator) else {
                return begin(account: network.drawAccount(), [.create(.like), .create(.follow)])
            }
            return begin(account: record.account, [.create(.like), .delete(record)])
        }
    }

    private func begin(account: Int, _ operations: [CommitInProgress.Operation]) -> CommitInProgress {
        CommitInProgress(
            account: account,
            did: network.accounts.did(account),
            revision: TID.string(
                microseconds: timeMicroseconds - Self.revisionDelayMicroseconds,
                clock: network.accounts.clock(account)
            ),
            timeMicroseconds: timeMicroseconds,
            operations: operations
        )
    }

    private mutating func perform(
        _ operation: CommitInProgress.Operation,
        in commit: inout CommitInProgress
    ) -> GeneratedEvent {
        switch operation {
        case .create(.profile):
            let record = LiveRecord(account: commit.account, collection: .profile, key: "self")
            let isNew = !network.records.hasProfile(commit.account)
            return write(record, isNew ? .create : .update, in: &commit)
        case .create(let collection):
            let key = recordKey(for: collection, in: commit)
            return write(LiveRecord(account: commit.account, collection: collection, key: key), .create, in: &commit)
        case .continueThread:
            let key = recordKey(for: .post, in: commit)
            return write(LiveRecord(account: commit.account, collection: .post, key: key), .create, in: &commit)
        case .gate:
            let gate = LiveRecord(account: commit.account, collection: .threadGate, key: commit.lastKey)
            return write(gate, .create, in: &commit)
        case .update(let record):
            return write(record, .update, in: &commit)
        case .delete(let record):
            return event(.delete, record, text: nil, cid: nil, in: commit)
        }
    }

    /// A key that grows with the stream and is used once.
    private mutating func recordKey(for collection: Collection, in commit: CommitInProgress) -> String {
        let wanted = commit.timeMicroseconds - Self.revisionDelayMicroseconds - Self.keyDelayMicroseconds
        keyTimeMicroseconds = max(keyTimeMicroseconds + 1, wanted)
        let key = TID.string(microseconds: keyTimeMicroseconds, clock: network.accounts.clock(commit.account))
        return collection == .broadcast ? commit.did + "::" + key : key
    }

    private mutating func write(
        _ record: LiveRecord,
        _ operation: GeneratedEvent.Operation,
        in commit: inout CommitInProgress
    ) -> GeneratedEvent {
        let text = network.text(
            of: record,
            by: commit.did,
            timeMicroseconds: commit.timeMicroseconds,
            thread: commit.thread
        )
        let cid = CID.ofRecord(text)
        if record.collection == .post || record.collection == .repost {
            let uri = "at://" + commit.did + "/" + record.collection.nsid + "/" + record.key
            let reference = RecordReference(uri: uri, cid: cid)
            network.records.addSubject(reference, isRepost: record.collection == .repost)
            commit.thread = (commit.thread?.first ?? reference, reference)
            commit.lastKey = record.key
        }
        if operation == .create {
            network.records.add(record, using: &network.generator)
        }
        return event(operation, record, text: text, cid: cid, in: commit)
    }

    private mutating func event(
        _ operation: GeneratedEvent.Operation,
        _ record: LiveRecord,
        text: String?,
        cid: String?,
        in commit: CommitInProgress
    ) -> GeneratedEvent {
        let sequence = takeSequence()
        let details = GeneratedEvent.Commit(
            revision: commit.revision,
            operation: operation,
            collection: record.collection.nsid,
            recordKey: record.key,
            cid: cid
        )
        let json = EventText.json(
            did: commit.did,
            timeMicroseconds: commit.timeMicroseconds,
            sequence: sequence,
            kind: .commit,
            detail: EventText.detail(details, record: text)
        )
        return GeneratedEvent(
            json: json,
            timeMicroseconds: commit.timeMicroseconds,
            sequence: sequence,
            kind: .commit,
            did: commit.did,
            commit: details
        )
    }
}
