/// Texts that come and go together, as those of a batch do: written one behind the other, freed at once.
///
/// A text never moves. The arena belongs to one thread at a time while texts are added.
package final class TextArena {
    private static let blockBytes = 64 * 1024

    private var blocks: [UnsafeMutableRawBufferPointer] = []
    /// What of the last block is not written yet.
    private var rest = UnsafeMutableRawBufferPointer(start: nil, count: 0)

    package init() {}

    deinit {
        for block in blocks { block.deallocate() }
    }

    /// Copies a text, which must be well-formed UTF-8.
    package func add(_ bytes: UnsafeRawBufferPointer) -> ByteText {
        guard !bytes.isEmpty else { return "" }
        return add(count: bytes.count) { $0.copyMemory(from: bytes) }
    }

    /// Copies a string.
    package func add(_ string: String) -> ByteText {
        var string = string
        return string.withUTF8 { add(UnsafeRawBufferPointer($0)) }
    }

    /// Makes room for `count` bytes, more than none, and has them written.
    package func add(count: Int, _ write: (UnsafeMutableRawBufferPointer) -> Void) -> ByteText {
        if rest.count < count { addBlock(holding: count) }
        let text = UnsafeMutableRawBufferPointer(rebasing: rest[..<count])
        rest = UnsafeMutableRawBufferPointer(rebasing: rest[count...])
        write(text)
        return ByteText(lending: UnsafeRawBufferPointer(text))
    }

    private func addBlock(holding count: Int) {
        let block = UnsafeMutableRawBufferPointer.allocate(byteCount: max(count, TextArena.blockBytes), alignment: 16)
        blocks.append(block)
        rest = block
    }
}
