import GRDB
import Testing

@testable import Store

struct StreamRepositoryTests {
    private let store: TemporaryStore

    init() throws {
        store = try TemporaryStore()
    }

    private func position(_ host: String, cursor: Int64 = 1, updatedAt: Int64 = 1) -> StreamPositionRow {
        StreamPositionRow(
            host: host,
            wire: "v1",
            kind: "time",
            cursor: cursor,
            timeMicroseconds: cursor,
            updatedAtMicroseconds: updatedAt
        )
    }

    @Test
    func `the position that was stored last is the newest, also after the clock was put back`() throws {
        try store.write { database throws in
            let cursors = CursorRepository(database)
            try cursors.save(position("before", updatedAt: 86_400_000_000))
            try cursors.save(position("after", updatedAt: 10))
            #expect(try cursors.newest()?.host == "after")
            try cursors.cover("before", untilMicroseconds: 1, updatedAtMicroseconds: 11)
            #expect(try cursors.newest()?.host == "before")
        }
    }

    @Test
    func `keeps one position a host, the newest of them first`() throws {
        try store.write { database throws in
            let cursors = CursorRepository(database)
            #expect(try cursors.newest() == nil)
            #expect(try cursors.find("a") == nil)
            var first = position("a", cursor: 100, updatedAt: 10)
            first.isPlaceholder = true
            let second = position("b\u{0}c", cursor: .max, updatedAt: 20)
            try cursors.save(first)
            #expect(try cursors.newest() == first)
            try cursors.save(second)
            #expect(try cursors.newest() == second)
            #expect(try cursors.find("b\u{0}c") == second)
            #expect(try cursors.find("b\u{0}d") == nil)

            var later = StreamPositionRow(
                host: "a",
                wire: "v2",
                kind: "seq",
                cursor: 7,
                timeMicroseconds: 200,
                coveredUntilMicroseconds: 300,
                updatedAtMicroseconds: 30
            )
            try cursors.save(later)
            #expect(try cursors.newest() == later)
            #expect(try cursors.all() == [later, second])
            later.coveredUntilMicroseconds = nil
            try cursors.save(later)
            #expect(try cursors.find("a") == later)
        }
        #expect(throws: DatabaseError.self) {
            var wrong = position("c")
            wrong.kind = "other"
            try store.write { try CursorRepository($0).save(wrong) }
        }
    }

    @Test
    func `a quiet connection covers time, and never less of it`() throws {
        try store.write { database throws in
            let cursors = CursorRepository(database)
            try cursors.cover("a", untilMicroseconds: 5, updatedAtMicroseconds: 5)
            #expect(try cursors.all().isEmpty)
            try cursors.save(position("a"))
            try cursors.cover("a", untilMicroseconds: 50, updatedAtMicroseconds: 60)
            try cursors.cover("a", untilMicroseconds: 40, updatedAtMicroseconds: 70)
            var expected = position("a", updatedAt: 70)
            expected.coveredUntilMicroseconds = 50
            #expect(try cursors.find("a") == expected)
        }
    }

    @Test
    func `invariant 8: a gap is written down, can grow, and is healed once`() throws {
        try store.write { database throws in
            let gaps = GapRepository(database)
            #expect(try gaps.count() == 0)
            let ids = try (1...3).map { index in
                try gaps.record(
                    host: "h\u{0}\(index)",
                    wire: "v1",
                    fromMicroseconds: 10,
                    toMicroseconds: 20,
                    cause: "cause \u{0} \(index)",
                    detectedAtMicroseconds: 30
                )
            }
            try gaps.extend(ids[0], toMicroseconds: 25)
            try gaps.extend(ids[0], toMicroseconds: 15)
            try gaps.heal(ids[1], atMicroseconds: 40, how: "read again")
            try gaps.heal(ids[1], atMicroseconds: 50, how: "another way")
            #expect(try gaps.count() == 3)
            #expect(try gaps.openCount() == 2)
            let list = try gaps.list(limit: 10)
            #expect(list.map(\.id) == ids.reversed())
            #expect(list.map(\.host) == ["h\u{0}3", "h\u{0}2", "h\u{0}1"])
            #expect(list.map(\.cause) == ["cause \u{0} 3", "cause \u{0} 2", "cause \u{0} 1"])
            #expect(list.map(\.toMicroseconds) == [20, 20, 25])
            #expect(list.map(\.healedAtMicroseconds) == [nil, 40, nil])
            #expect(list.map(\.healedHow) == [nil, "read again", nil])
            #expect(list[0].wire == "v1" && list[0].fromMicroseconds == 10 && list[0].detectedAtMicroseconds == 30)
            #expect(try gaps.list(limit: 1).map(\.id) == [ids[2]])
            #expect(try gaps.list(limit: 10, before: ids[1]).map(\.id) == [ids[0]])
        }
    }

    @Test
    func `keeps the state of one run`() throws {
        try store.write { database throws in
            let runs = RunRepository(database)
            #expect(try runs.load() == nil)
            try runs.save(processID: 1, startedAtMicroseconds: 2, updatedAtMicroseconds: 3, stateJSON: "{}")
            try runs.save(processID: 4, startedAtMicroseconds: 5, updatedAtMicroseconds: 6, stateJSON: "{\u{0}}")
            let expected = RunRow(
                processID: 4,
                startedAtMicroseconds: 5,
                updatedAtMicroseconds: 6,
                stateJSON: "{\u{0}}"
            )
            #expect(try runs.load() == expected)
        }
    }
}
