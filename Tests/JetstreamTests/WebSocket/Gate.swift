import Dispatch

/// Lets a server's script go on when the test says so.
final class Gate: Sendable {
    private let semaphore = DispatchSemaphore(value: 0)

    func open() {
        semaphore.signal()
    }

    /// Waits, at most as long as a test may take.
    func wait() {
        _ = semaphore.wait(timeout: .now() + .seconds(30))
    }
}
