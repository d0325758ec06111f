/// A condition of a test did not come true in time.
package struct TestDeadlineExceeded: Error, CustomStringConvertible {
    package let what: String

    package var description: String { "not in time: \(what)" }
}

/// How long a test waits before it fails: far longer than anything takes, because a busy machine is no fault.
package let testDeadline = Duration.seconds(240)

/// Runs something that must end by itself, and gives up on it after ``testDeadline``.
package func withTestDeadline<Result: Sendable>(
    _ what: String,
    _ body: @escaping @Sendable () async throws -> Result
) async throws -> Result {
    try await withThrowingTaskGroup(of: Result.self) { group in
        group.addTask { try await body() }
        group.addTask {
            try await Task.sleep(for: testDeadline)
            throw TestDeadlineExceeded(what: what)
        }
        defer { group.cancelAll() }
        guard let result = try await group.next() else { throw TestDeadlineExceeded(what: what) }
        return result
    }
}

/// Waits until a condition holds, looking every few milliseconds.
package func waitUntil(_ what: String, _ condition: @escaping @Sendable () async throws -> Bool) async throws {
    try await withTestDeadline(what) {
        while try await !condition() {
            try await Task.sleep(for: .milliseconds(5))
        }
    }
}
