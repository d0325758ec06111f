import CMeasuring

/// Counting of what work takes, which varies less than its time.
package enum Counting {
    /// Does some work, and tells how many allocations all threads made meanwhile.
    package static func allocations(of work: () async throws -> Void) async rethrows -> Int {
        windsock_allocations_begin()
        do {
            try await work()
        } catch {
            _ = windsock_allocations_end()
            throw error
        }
        return Int(windsock_allocations_end())
    }

    /// Does some work within the function that callgrind is told to count in; elsewhere that changes nothing.
    ///
    /// - Parameter work: What to do, on this thread alone: callgrind toggles its counting for each.
    /// - Throws: What `work` throws.
    package static func collect(_ work: @escaping () throws -> Void) throws {
        var call = Call(work: work)
        withUnsafeMutablePointer(to: &call) { call in
            windsock_collect(
                { context in
                    let call = context.assumingMemoryBound(to: Call.self)
                    do { try call.pointee.work() } catch { call.pointee.error = error }
                },
                call
            )
        }
        if let error = call.error { throw error }
    }

    private struct Call {
        let work: () throws -> Void
        var error: (any Error)?
    }
}
