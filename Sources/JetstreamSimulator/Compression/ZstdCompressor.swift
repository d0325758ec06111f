import CZstd
import NIOCore

/// Compresses the messages of one connection, each into one zstd frame with the dictionary's id.
///
/// Like the real server's: the fastest level, a checksum, and the content's size only where it is at least 256 bytes, so
/// that no client can rely on it.
final class ZstdCompressor {
    private static let leastAnnouncedBytes = 256
    /// 128 KiB.
    private static let windowLog: CInt = 17

    private let context: OpaquePointer
    private var output: [UInt8] = []

    /// Prepares a dictionary, which takes about a millisecond.
    ///
    /// - Parameter dictionary: of which the frames carry the id.
    /// - Throws: `SimulatorError.dictionary` if libzstd does not take it.
    init(_ dictionary: ZstdDictionary) throws(SimulatorError) {
        guard let context = ZSTD_createCCtx() else { throw SimulatorError.dictionary("no memory") }
        self.context = context
        ZSTD_CCtx_setParameter(context, ZSTD_c_compressionLevel, 1)
        ZSTD_CCtx_setParameter(context, ZSTD_c_windowLog, Self.windowLog)
        ZSTD_CCtx_setParameter(context, ZSTD_c_checksumFlag, 1)
        let result = dictionary.bytes.withUnsafeBytes {
            ZSTD_CCtx_loadDictionary(context, $0.baseAddress, $0.count)
        }
        guard ZSTD_isError(result) == 0 else {
            throw SimulatorError.dictionary(String(cString: ZSTD_getErrorName(result)))
        }
    }

    deinit {
        ZSTD_freeCCtx(context)
    }

    /// One whole zstd frame.
    func frame(of message: ByteBuffer) -> ArraySlice<UInt8> {
        let count = message.readableBytes
        let most = ZSTD_compressBound(count)
        if output.count < most {
            output = [UInt8](repeating: 0, count: most)
        }
        ZSTD_CCtx_setParameter(context, ZSTD_c_contentSizeFlag, count < Self.leastAnnouncedBytes ? 0 : 1)
        let written = message.withUnsafeReadableBytes { source in
            output.withUnsafeMutableBytes { target in
                ZSTD_compress2(context, target.baseAddress, target.count, source.baseAddress, source.count)
            }
        }
        precondition(ZSTD_isError(written) == 0, "a buffer of compressBound is always enough")
        return output[..<written]
    }
}
