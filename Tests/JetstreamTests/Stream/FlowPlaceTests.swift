import Testing

@testable import Jetstream

/// Each place at which a message comes to another counter, with one of the changes left out that it makes.
@Suite struct FlowPlaceTests {
    /// A counter of a message's way.
    private enum Counter: Hashable, Sendable {
        case received
        case queued
        case inHand
        case stored
        case skipped(FlowCounters.SkipReason)
        case discarded(FlowCounters.DiscardReason)

        static let all: Set<Counter> = Set(
            [.received, .queued, .inHand, .stored] + FlowCounters.SkipReason.allCases.map(Counter.skipped)
                + FlowCounters.DiscardReason.allCases.map(Counter.discarded)
        )

        func value(_ counters: FlowCounters) -> Int {
            switch self {
            case .received: counters.received
            case .queued: counters.queued
            case .inHand: counters.inHand
            case .stored: counters.stored
            case .skipped(let reason): counters.skipped[reason, default: 0]
            case .discarded(let reason): counters.discarded[reason, default: 0]
            }
        }

        /// Gives a counter the value that it had before.
        func leaveOut(_ counters: inout FlowCounters, before: FlowCounters) {
            switch self {
            case .received: counters.received = before.received
            case .queued: counters.queued = before.queued
            case .inHand: counters.inHand = before.inHand
            case .stored: counters.stored = before.stored
            case .skipped(let reason): counters.skipped[reason] = before.skipped[reason]
            case .discarded(let reason): counters.discarded[reason] = before.discarded[reason]
            }
        }
    }

    private struct Place: Sendable {
        let name: String
        /// What a message meets on its way there.
        var before: @Sendable (MessageQueue) -> Void = { _ in }
        let step: @Sendable (MessageQueue) -> Void
        let changed: Set<Counter>
    }

    private static let places: [Place] = [
        Place(name: "put", step: put, changed: [.received, .queued]),
        Place(name: "put after the end", before: { $0.finish() }, step: put, changed: [.received, .discarded(.stop)]),
        Place(name: "skip", step: { $0.skip(.notice) }, changed: [.received, .skipped(.notice)]),
        Place(
            name: "discardUnread",
            step: { $0.discardUnread(.reconnect) },
            changed: [.received, .discarded(.reconnect)]
        ),
        Place(name: "finish", before: put, step: { $0.finish() }, changed: [.queued, .discarded(.stop)]),
        Place(name: "take", before: put, step: take, changed: [.queued, .inHand]),
        Place(
            name: "takeWhole",
            before: { queue in for _ in 0...MessageQueue.batchMessageLimit { put(queue) } },
            step: { _ = $0.takeWhole() },
            changed: [.queued, .inHand]
        ),
        Place(
            name: "settle",
            before: putAndTake,
            step: { $0.settle(count: 4, stored: 1, skipped: [.duplicate: 1, .unknownActor: 1, .forgotten: 1]) },
            changed: [.inHand, .stored, .skipped(.duplicate), .skipped(.unknownActor), .skipped(.forgotten)]
        ),
        Place(
            name: "discard",
            before: putAndTake,
            step: { $0.discard(count: 4, .stop) },
            changed: [.inHand, .discarded(.stop)]
        ),
    ]

    @Test func `invariant 5: a change that is left out at any place leaves a remainder`() {
        var met: Set<Counter> = []
        for place in Self.places {
            let queue = MessageQueue(onRoom: {})
            place.before(queue)
            let before = queue.counters
            place.step(queue)
            let after = queue.counters
            #expect(after.remainder == 0, "\(place.name)")
            #expect(Counter.all.filter { $0.value(before) != $0.value(after) } == place.changed, "\(place.name)")
            for counter in place.changed {
                var damaged = after
                counter.leaveOut(&damaged, before: before)
                #expect(damaged.remainder != 0, "\(place.name) without \(counter)")
            }
            met.formUnion(place.changed)
        }
        #expect(met == Counter.all, "every counter is changed somewhere")
    }

    @Sendable private static func put(_ queue: MessageQueue) {
        let source = StreamSource(host: "one", wire: .v1, connection: 1)
        Array("x".utf8).withUnsafeBytes { queue.put($0, isText: true, receivedAtMicroseconds: 1, from: source) }
    }

    @Sendable private static func take(_ queue: MessageQueue) { _ = queue.take() }

    @Sendable private static func putAndTake(_ queue: MessageQueue) {
        for _ in 0..<4 { put(queue) }
        take(queue)
    }
}
