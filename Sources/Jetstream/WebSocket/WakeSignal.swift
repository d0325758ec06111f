import CCurl
import Glibc

/// Ends another thread's wait on a socket.
///
/// Any thread may signal it, also before the wait begins; signals that are not seen yet count as one. It is an
/// eventfd(2), which `poll` can wait for beside the socket.
package final class WakeSignal: Sendable {
    /// Readable while a signal is pending; it belongs to this object.
    package let fileDescriptor: Int32

    /// - Throws: `WebSocketError.systemCallFailed` when the process has no file descriptor left.
    package init() throws(WebSocketError) {
        fileDescriptor = windsock_event_descriptor()
        guard fileDescriptor >= 0 else {
            throw .systemCallFailed(name: "eventfd", errorNumber: errno)
        }
    }

    deinit {
        Glibc.close(fileDescriptor)
    }

    /// Wakes whoever waits, or is about to.
    package func signal() {
        var one: UInt64 = 1
        // It fails only when the counter would overflow, and then a signal is pending already.
        _ = write(fileDescriptor, &one, MemoryLayout<UInt64>.size)
    }

    /// Takes the pending signal.
    ///
    /// - Returns: whether there was one.
    @discardableResult
    package func drain() -> Bool {
        var count: UInt64 = 0
        return read(fileDescriptor, &count, MemoryLayout<UInt64>.size) == MemoryLayout<UInt64>.size
    }
}
