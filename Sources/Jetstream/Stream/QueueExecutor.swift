import Dispatch

/// Runs an actor on a thread of its own kind, so that it may block in `poll` or in SQLite without holding up the
/// program's other tasks.
package final class QueueExecutor: SerialExecutor {
    private let queue: DispatchQueue

    package init(label: String) {
        // Of no special quality of service: libdispatch would ask for a priority that a service may not have.
        queue = DispatchQueue(label: label)
    }

    package func enqueue(_ job: consuming ExecutorJob) {
        let job = UnownedJob(job)
        let executor = asUnownedSerialExecutor()
        queue.async { job.runSynchronously(on: executor) }
    }
}
