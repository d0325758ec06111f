/// Bytes that arrived in pieces, put together at one address.
///
/// It grows with what arrived, never with what was announced, and gives memory back after a large message.
struct AssemblyBuffer: ~Copyable {
    /// What is kept between messages: more than nearly every message of a stream needs.
    static let keptCapacity = 256 * 1024
    private static let smallestCapacity = 4 * 1024

    private var storage = UnsafeMutableRawBufferPointer(start: nil, count: 0)
    private(set) var count = 0

    deinit {
        storage.deallocate()
    }

    /// What was gathered; valid until the buffer is changed.
    var bytes: UnsafeRawBufferPointer {
        UnsafeRawBufferPointer(rebasing: storage[..<count])
    }

    var capacity: Int { storage.count }

    /// Copies `source` to the end.
    mutating func append(_ source: UnsafeRawBufferPointer) {
        guard !source.isEmpty else { return }
        if source.count > storage.count - count {
            grow(to: max(count + source.count, storage.count * 2, Self.smallestCapacity))
        }
        UnsafeMutableRawBufferPointer(rebasing: storage[count...]).copyMemory(from: source)
        count += source.count
    }

    /// Empties the buffer.
    mutating func removeAll() {
        count = 0
        guard storage.count > Self.keptCapacity else { return }
        storage.deallocate()
        storage = UnsafeMutableRawBufferPointer(start: nil, count: 0)
    }

    private mutating func grow(to capacity: Int) {
        let larger = UnsafeMutableRawBufferPointer.allocate(byteCount: capacity, alignment: 16)
        larger.copyMemory(from: bytes)
        storage.deallocate()
        storage = larger
    }
}
