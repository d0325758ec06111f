import Testing

@testable import Jetstream

struct HostRosterTests {
    private let now = ContinuousClock.now
    private let rest: Duration = .seconds(300)
    private var roster: HostRoster

    init() throws {
        roster = HostRoster(
            [try JetstreamHost("wss://one/subscribe"), try JetstreamHost("wss://two/subscribe")],
            rest: rest
        )
    }

    /// The host that is next, and its wire; nil when all rest.
    private mutating func next(after passed: Duration = .zero) -> String? {
        guard case .connect(let endpoint) = roster.next(now: now + passed) else { return nil }
        return "\(endpoint.host) \(endpoint.wire)"
    }

    @Test mutating func `stays with a host while its connections come about, however often they end`() {
        for _ in 0..<10 {
            #expect(next() == "one v1")
            roster.note(.ended, now: now)
        }
    }

    @Test mutating func `goes on after three failures in a row, and comes back after three of the other`() {
        for host in ["one", "one", "one", "two", "two", "two", "one"] {
            #expect(next() == "\(host) v1")
            roster.note(.failed, now: now)
        }
        #expect(roster.resting(now: now).isEmpty)
    }

    @Test mutating func `a connection that came about ends the count of failures`() {
        for outcome in [HostRoster.Outcome.failed, .failed, .ended, .failed, .failed] {
            #expect(next() == "one v1")
            roster.note(outcome, now: now)
        }
        #expect(next() == "one v1")
    }

    @Test(arguments: [HostRoster.Outcome.dead, .blind])
    mutating func `goes on at once when a peer is dead or blind`(outcome: HostRoster.Outcome) {
        #expect(next() == "one v1")
        roster.note(outcome, now: now)
        #expect(next() == "two v1")
        #expect(roster.resting(now: now).map(\.host) == (outcome == .blind ? ["one"] : []))
    }

    @Test mutating func `a host that is asked to be left alone is, and no longer than an hour`() {
        _ = next()
        roster.note(.busy(retryAfterSeconds: 90), now: now)
        #expect(next() == "two v1")
        roster.note(.busy(retryAfterSeconds: 86_400), now: now)
        #expect(roster.next(now: now) == .wait(until: now + .seconds(90)))
        #expect(next(after: .seconds(91)) == "one v1")
        roster.note(.refused(words: "no"), now: now + .seconds(91))
        #expect(next(after: .seconds(3_601)) == "two v1")
    }

    @Test mutating func `a host that refuses rests with its words, and is asked again afterwards`() {
        _ = next()
        roster.note(.ended, now: now)
        roster.note(.refused(words: "400: bad"), now: now)
        #expect(roster.resting(now: now).map(\.reason) == ["400: bad"])
        #expect(next() == "two v1")
        roster.note(.refused(words: "400: worse"), now: now)
        #expect(next() == nil)
        // One of them was open before: what is asked for cannot be all wrong.
        #expect(roster.refused == nil)
        #expect(next(after: rest) == "one v1")
        #expect(roster.resting(now: now + rest).isEmpty)
    }

    @Test mutating func `what every host refuses from the start is refused for good, with the words of each`() {
        _ = next()
        roster.note(.refused(words: "a"), now: now)
        #expect(roster.refused == nil)
        _ = next()
        roster.note(.refused(words: "b"), now: now)
        #expect(roster.refused?.answers.map(\.words) == ["a", "b"])
        #expect(roster.refused?.description.contains("one: a; two: b") == true)
    }

    @Test mutating func `a host that only fails to answer keeps the others' refusal from being final`() {
        _ = next()
        roster.note(.refused(words: "a"), now: now)
        for _ in 0..<5 {
            #expect(next() == "two v1")
            roster.note(.failed, now: now)
        }
        #expect(roster.refused == nil)
    }

    @Test func `a bare name is refused only when both wires are`() throws {
        var roster = HostRoster([try JetstreamHost("bare")], rest: rest)
        guard case .connect(let first) = roster.next(now: now) else { return #expect(Bool(false), "it must connect") }
        #expect(first.wire == .v2)
        roster.note(.refused(words: "404"), now: now)
        #expect(roster.refused == nil)
        guard case .connect(let second) = roster.next(now: now) else { return #expect(Bool(false), "it must connect") }
        #expect(second.wire == .v1)
        roster.note(.ended, now: now)
        // The wire that works is kept.
        #expect(roster.next(now: now) == .connect(second))
        roster.note(.refused(words: "400"), now: now)
        #expect(roster.next(now: now) == .wait(until: now + rest))
    }

    @Test func `an only host that is blind is asked again`() throws {
        var roster = HostRoster([try JetstreamHost("wss://one/subscribe")], rest: rest)
        _ = roster.next(now: now)
        roster.note(.blind, now: now)
        guard case .connect = roster.next(now: now) else { return #expect(Bool(false), "it must connect") }
    }

    @Test func `blind hosts are taken when there is no other, the one left first`() throws {
        var roster = HostRoster(try ["a", "b", "c"].map { try JetstreamHost("ws://\($0)/subscribe") }, rest: rest)
        func host(after seconds: Int = 0) -> String {
            guard case .connect(let endpoint) = roster.next(now: now + .seconds(seconds)) else { return "none" }
            return endpoint.host
        }
        #expect(host() == "a")
        roster.note(.blind, now: now)
        #expect(host() == "b")
        roster.note(.refused(words: "no"), now: now)
        #expect(host() == "c")
        roster.note(.blind, now: now + .seconds(1))
        #expect(host(after: 1) == "a")
        roster.note(.blind, now: now + .seconds(2))
        #expect(host(after: 2) == "c")
        #expect(roster.resting(now: now + .seconds(2)).map(\.host) == ["a", "b"])
    }
}
