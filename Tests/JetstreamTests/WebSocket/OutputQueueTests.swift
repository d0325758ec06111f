import Testing

@testable import Jetstream

@Suite struct OutputQueueTests {
    /// Sends everything, at most `step` bytes at a time, and returns it.
    private func drain(_ queue: inout OutputQueue, step: Int) -> [UInt8] {
        var sent: [UInt8] = []
        while queue.sendFirst({ bytes in
            sent += bytes.prefix(step)
            return min(step, bytes.count)
        }) {}
        return sent
    }

    @Test(arguments: [1, 2, 3, 100])
    func `sends frames in order through partial writes`(step: Int) {
        var queue = OutputQueue()
        _ = queue.append([1, 2, 3])
        _ = queue.append([4, 5])
        let sent = drain(&queue, step: step)
        #expect(sent == [1, 2, 3, 4, 5])
        #expect(queue.isEmpty)
        #expect(queue.byteCount == 0)
    }

    @Test func `offers the same bytes at the same place until they are taken`() {
        var queue = OutputQueue()
        _ = queue.append(Array(repeating: 1, count: 1000))
        var addresses: Set<UnsafeRawPointer?> = []
        for _ in 0..<3 {
            _ = queue.append([2])
            _ = queue.sendFirst { bytes in
                addresses.insert(bytes.baseAddress)
                return nil
            }
        }
        #expect(addresses.count == 1)
    }

    @Test func `keeps only the newest pong while output is stuck`() {
        var queue = OutputQueue()
        _ = queue.append([1, 1])
        for number in 0..<100 {
            queue.keepNewest(pong: [UInt8(number)])
        }
        #expect(queue.byteCount == 2)
        let sent = drain(&queue, step: 1)
        #expect(sent == [1, 1, 99])
        queue.keepNewest(pong: [5])
        queue.releasePong()
        let later = drain(&queue, step: 1)
        #expect(later == [5])
    }

    @Test func `takes no more than its limit, but any single frame`() {
        var queue = OutputQueue()
        let large = Array(repeating: UInt8(0), count: OutputQueue.maximumBytes + 1)
        let first = queue.append(large)
        let second = queue.append([1])
        #expect(first && !second)
        #expect(queue.byteCount == large.count)
    }
}
