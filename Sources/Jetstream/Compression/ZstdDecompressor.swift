import CZstd

/// Decompresses messages, each a zstd frame of its own (RFC 8878), of a sender that is not trusted.
///
/// A message costs no more memory than it is allowed to have, whatever the frame says. It keeps its buffers from message
/// to message and belongs to one thread at a time.
package final class ZstdDecompressor {
    /// A frame may refer back by 4 MiB; servers use 128 KiB.
    private static let windowLog: CInt = 22
    /// Buffers above this are given back with the next message.
    private static let keptBytes = 256 * 1024
    /// The same of libzstd's own; with a server's window they take 550 KiB.
    private static let keptContextBytes = 768 * 1024

    /// More than nearly every message has.
    private static let firstBytes = 64 * 1024

    private let dictionary: ZstdDictionary?
    private var context: OpaquePointer
    private var buffer = UnsafeMutableRawBufferPointer(start: nil, count: 0)

    /// Makes a decompressor.
    ///
    /// - Parameter dictionary: for the frames that name it; nil when the stream has none.
    /// - Throws: ``ZstdError/outOfMemory``.
    package init(dictionary: ZstdDictionary?) throws(ZstdError) {
        self.dictionary = dictionary
        context = try ZstdDecompressor.makeContext()
    }

    deinit {
        buffer.deallocate()
        ZSTD_freeDCtx(context)
    }

    /// What is kept for the next message.
    var memoryBytes: Int { buffer.count + ZSTD_sizeof_DCtx(context) }

    /// Decompresses one message.
    ///
    /// - Parameters:
    ///   - frame: one whole frame, and nothing else.
    ///   - maximumBytes: the longest message that is allowed; the rest of a longer one is not decompressed.
    ///   - body: gets the message, which is valid only within the call.
    /// - Returns: what `body` returns.
    /// - Throws: why the message cannot be had. The next message is decompressed as if this one had never been.
    package func decompress<Result>(
        _ frame: UnsafeRawBufferPointer,
        maximumBytes: Int,
        _ body: (UnsafeRawBufferPointer) -> Result
    ) throws(ZstdError) -> Result {
        try giveBack()
        let size = try begin(frame, maximumBytes: maximumBytes)
        reserve(max(size ?? 0, ZstdDecompressor.firstBytes), keeping: 0)
        var input = ZSTD_inBuffer(src: frame.baseAddress, size: frame.count, pos: 0)
        // A byte more than is allowed, to see that there is more.
        let limit = maximumBytes + 1
        var count = 0
        while true {
            var output = ZSTD_outBuffer(dst: buffer.baseAddress, size: min(buffer.count, limit), pos: count)
            let left = ZSTD_decompressStream(context, &output, &input)
            if ZSTD_isError(left) != 0 { throw ZstdDecompressor.error(left) }
            count = output.pos
            guard count <= maximumBytes else { throw .tooLarge(maximumBytes: maximumBytes) }
            if left == 0 { break }
            if count == output.size {
                reserve(min(2 * buffer.count, limit), keeping: count)
            } else if input.pos == input.size {
                throw .truncated
            }
        }
        guard input.pos == input.size else { throw .trailingBytes(input.size - input.pos) }
        return body(UnsafeRawBufferPointer(rebasing: buffer[..<count]))
    }

    /// Looks at the frame's header, and sets the context up for it.
    ///
    /// - Returns: how many bytes the frame says that it holds; nil when it does not say.
    private func begin(_ frame: UnsafeRawBufferPointer, maximumBytes: Int) throws(ZstdError) -> Int? {
        guard !frame.isEmpty else { throw .empty }
        let opening = frame.prefix(4).reversed().reduce(0 as UInt32) { $0 << 8 | UInt32($1) }
        guard frame.count >= 4 else {
            throw ZstdDecompressor.isOpening(opening, of: frame.count) ? .truncated : .notZstd
        }
        guard opening & ZSTD_MAGIC_SKIPPABLE_MASK != ZSTD_MAGIC_SKIPPABLE_START else { throw .skippable }
        guard opening == ZSTD_MAGICNUMBER else { throw .notZstd }
        let id = ZSTD_getDictID_fromFrame(frame.baseAddress, frame.count)
        guard id == 0 || id == dictionary?.id else { throw .wrongDictionary(expected: dictionary?.id, found: id) }
        ZSTD_DCtx_reset(context, ZSTD_reset_session_only)
        // A frame that names none was made with none; it would be misread with ours.
        ZSTD_DCtx_refDDict(context, id == 0 ? nil : dictionary?.digested.pointer)
        // Also says that it does not know when the header is cut off.
        let size = ZSTD_getFrameContentSize(frame.baseAddress, frame.count)
        guard size < UInt64.max - 1 else { return nil }
        guard size <= UInt64(maximumBytes) else { throw .tooLarge(maximumBytes: maximumBytes) }
        return Int(size)
    }

    /// Makes the buffer hold so many bytes, the first of which stay.
    private func reserve(_ capacity: Int, keeping count: Int) {
        guard buffer.count < capacity else { return }
        let larger = UnsafeMutableRawBufferPointer.allocate(byteCount: capacity, alignment: 16)
        larger.copyMemory(from: UnsafeRawBufferPointer(rebasing: buffer[..<count]))
        buffer.deallocate()
        buffer = larger
    }

    /// Gives back what a large message has taken.
    private func giveBack() throws(ZstdError) {
        if buffer.count > ZstdDecompressor.keptBytes {
            buffer.deallocate()
            buffer = UnsafeMutableRawBufferPointer(start: nil, count: 0)
        }
        if ZSTD_sizeof_DCtx(context) > ZstdDecompressor.keptContextBytes {
            let fresh = try ZstdDecompressor.makeContext()
            ZSTD_freeDCtx(context)
            context = fresh
        }
    }

    private static func makeContext() throws(ZstdError) -> OpaquePointer {
        guard let context = ZSTD_createDCtx() else { throw .outOfMemory }
        ZSTD_DCtx_setParameter(context, ZSTD_d_windowLogMax, windowLog)
        return context
    }

    /// Whether fewer than four bytes may be the beginning of a frame.
    private static func isOpening(_ opening: UInt32, of count: Int) -> Bool {
        opening == ZSTD_MAGICNUMBER & (1 << (8 * UInt32(count)) - 1)
    }

    private static func error(_ code: Int) -> ZstdError {
        switch ZSTD_getErrorCode(code) {
        case ZSTD_error_frameParameter_windowTooLarge: .windowTooLarge(maximumBytes: 1 << windowLog)
        case ZSTD_error_checksum_wrong: .wrongChecksum
        case ZSTD_error_memory_allocation: .outOfMemory
        default: .corrupt(String(cString: ZSTD_getErrorName(code)))
        }
    }
}
