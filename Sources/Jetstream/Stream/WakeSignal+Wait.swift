import Glibc

extension WakeSignal {
    /// Waits for a deadline, or until it is signalled while `isOver` holds.
    ///
    /// A signal that was meant for something else does not end the wait.
    func wait(until deadline: ContinuousClock.Instant, _ isOver: () -> Bool) {
        while !isOver() {
            let left = deadline - .now
            guard left > .zero else { return }
            let milliseconds = left.components.seconds * 1_000 + left.components.attoseconds / 1_000_000_000_000_000
            var watched = pollfd(fd: fileDescriptor, events: Int16(POLLIN), revents: 0)
            _ = poll(&watched, 1, Int32(clamping: milliseconds + 1))
            drain()
        }
    }
}
