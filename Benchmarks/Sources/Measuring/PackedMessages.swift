/// Messages one behind the other, as a batch has them.
package final class PackedMessages: RandomAccessCollection {
    private let messages: [UnsafeRawBufferPointer]
    private let memory: UnsafeMutableRawBufferPointer

    package init(_ messages: some Sequence<[UInt8]>) {
        var bytes: [UInt8] = []
        var ends: [Int] = []
        for message in messages {
            bytes.append(contentsOf: message)
            ends.append(bytes.count)
        }
        let memory = UnsafeMutableRawBufferPointer.allocate(byteCount: bytes.count, alignment: 64)
        memory.copyBytes(from: bytes)
        self.messages = zip([0] + ends, ends).map { UnsafeRawBufferPointer(rebasing: memory[$0..<$1]) }
        self.memory = memory
    }

    deinit { memory.deallocate() }

    package var byteCount: Int { memory.count }
    package var startIndex: Int { 0 }
    package var endIndex: Int { messages.count }

    /// Valid as long as this is.
    package subscript(position: Int) -> UnsafeRawBufferPointer { messages[position] }
}
