import Testing

/// How long a condition may take on a slow machine; nothing waits this long unless it fails.
private let patience: Duration = .seconds(30)

/// The condition did not come about.
struct NeverCameAbout: Error, CustomStringConvertible {
    let description: String
}

/// Waits until a condition holds.
///
/// - Parameters:
///   - words: what is waited for, for the message of a failure.
///   - condition: looks at it.
/// - Throws: ``NeverCameAbout`` when it does not hold within half a minute, or what `condition` throws.
func eventually(_ words: String, _ condition: () async throws -> Bool) async throws {
    let deadline = ContinuousClock.now + patience
    while try await !condition() {
        guard ContinuousClock.now < deadline else { throw NeverCameAbout(description: "Never came about: \(words)") }
        try await Task.sleep(for: .milliseconds(2))
    }
}
