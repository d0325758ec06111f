/// The batches of a stream, for as long as somebody takes them.
///
/// Back-pressure is by pulling: a batch is taken only by a call of `next`, which also says that the one before has been
/// processed. Meanwhile a few megabytes gather; then nothing more is read, and TCP holds the server back. Who takes
/// nothing for many seconds is disconnected, and connected again from where it was.
///
/// The sequence ends when the task is cancelled; the connection is then closed. Dropping the iterator, as `break` does,
/// closes it too.
public struct Batches: AsyncSequence, Sendable {
    /// A batch of events.
    public typealias Element = EventBatch
    /// What ends the sequence: only what trying again would not change.
    public typealias Failure = JetstreamError

    let client: JetstreamClient

    /// Makes an iterator; it connects at its first step.
    ///
    /// - Returns: an iterator with a connection of its own.
    public func makeAsyncIterator() -> Iterator { Iterator(client: client) }

    /// Takes batches one after the other.
    public struct Iterator: AsyncIteratorProtocol {
        private enum Phase {
            case new
            case running(BatchSession)
            case over
        }

        private let client: JetstreamClient
        private var phase = Phase.new

        init(client: JetstreamClient) {
            self.client = client
        }

        /// The reader at work; nil before the first step and after the last.
        var reader: JetstreamReader? {
            if case .running(let session) = phase { session.reader } else { nil }
        }

        /// Takes the next batch, once there is one; the one before counts as processed.
        ///
        /// - Parameter actor: the caller's isolation, in which this runs.
        /// - Returns: the batch; nil when the task was cancelled, and ever after.
        /// - Throws: ``JetstreamError/refused(_:)`` when every host refuses at the start what is asked for;
        ///   ``JetstreamError/systemFailure(reason:)``.
        public mutating func next(
            isolation actor: isolated (any Actor)? = #isolation
        ) async throws(JetstreamError) -> EventBatch? {
            let session: BatchSession
            switch phase {
            case .over: return nil
            case .running(let running): session = running
            case .new: session = try BatchSession(client)
            }
            // Until there is a batch: an error ends it, too.
            phase = .over
            guard let batch = try await session.next(isolation: actor) else { return nil }
            phase = .running(session)
            return batch
        }
    }
}
