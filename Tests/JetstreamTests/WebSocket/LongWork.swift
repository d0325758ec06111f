import Foundation
import Glibc

/// Long computing that leaves the few threads of tasks, and time on the processor, to the tests of time beside it.
enum LongWork {
    /// Tries a body with each number, on a thread of its own, until it finds a fault.
    ///
    /// - Parameters:
    ///   - numbers: Seeds.
    ///   - body: Returns what went wrong, or nil.
    /// - Returns: The first fault with its number; nil when there is none.
    static func firstFault(
        _ numbers: Range<Int>,
        _ body: @escaping @Sendable (Int) -> String?
    ) async -> String? {
        await withCheckedContinuation { continuation in
            Thread.detachNewThread {
                // On Linux it is the thread's own priority; where it is refused, the work only competes more.
                _ = setpriority(__priority_which_t(PRIO_PROCESS.rawValue), 0, 10)
                for number in numbers {
                    guard let fault = body(number) else { continue }
                    return continuation.resume(returning: "seed \(number): \(fault)")
                }
                continuation.resume(returning: nil)
            }
        }
    }
}
