import ArgumentParser
import Ingest
import Jetstream
import Measuring

/// What is counted: always the second batch, when what is made once has been made.
enum CountedWork: String, CaseIterable, ExpressibleByArgument {
    /// From the messages of a batch to its drafts.
    case decoding
    /// From the drafts to the second commit.
    case batch

    /// How many events that is.
    static let eventCount = SampleEvents.batchCount

    /// Does all that comes before it, and returns the work.
    func prepared() throws -> () throws -> Void {
        let events = SampleEvents(count: 2 * SampleEvents.batchCount)
        switch self {
        case .decoding: return decoding(events)
        case .batch: return try batch(events)
        }
    }

    private func decoding(_ events: SampleEvents) -> () throws -> Void {
        let second = events.messageBatch(1)
        var kept = StagedBatch(events.messageBatch(0))
        return {
            kept = StagedBatch(second)
            guard kept.count == CountedWork.eventCount else { throw WorkFailure.incomplete }
        }
    }

    private func batch(_ events: SampleEvents) throws -> () throws -> Void {
        let scratch = try ScratchStore()
        let handling = StagedHandling(store: scratch.store, clock: SampleEvents.clock)
        let first = StagedBatch(events.messageBatch(0))
        try handling.log(first)
        try handling.apply(first)
        let second = StagedBatch(events.messageBatch(1))
        return {
            try handling.log(second)
            try handling.apply(second)
            // Nothing is logged of some actors' identity events; that is all that may be missing.
            guard withExtendedLifetime(scratch, { second.storedCount }) > CountedWork.eventCount * 9 / 10 else {
                throw WorkFailure.incomplete
            }
        }
    }
}

/// Why a work counts for nothing.
enum WorkFailure: Error, CustomStringConvertible {
    case incomplete

    var description: String { "the work was not done for all events" }
}
