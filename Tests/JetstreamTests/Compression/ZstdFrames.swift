import CZstd
import Foundation
import TestSupport

@testable import Jetstream

/// Frames as servers make them, and as they should not.
struct ZstdFrames {
    var level: CInt = 1
    var hasChecksum = true
    /// Whether the frame says how long its content is.
    var hasSize = true
    /// Whether the frame names its dictionary.
    var hasDictionaryID = true
    var windowLog: CInt = 17
    var dictionary: [UInt8] = []

    struct Failure: Error {}

    func compress(_ content: [UInt8]) throws -> [UInt8] {
        guard let context = ZSTD_createCCtx() else { throw Failure() }
        defer { ZSTD_freeCCtx(context) }
        ZSTD_CCtx_setParameter(context, ZSTD_c_compressionLevel, level)
        ZSTD_CCtx_setParameter(context, ZSTD_c_windowLog, windowLog)
        ZSTD_CCtx_setParameter(context, ZSTD_c_checksumFlag, hasChecksum ? 1 : 0)
        ZSTD_CCtx_setParameter(context, ZSTD_c_contentSizeFlag, hasSize ? 1 : 0)
        ZSTD_CCtx_setParameter(context, ZSTD_c_dictIDFlag, hasDictionaryID ? 1 : 0)
        ZSTD_CCtx_loadDictionary(context, dictionary, dictionary.count)
        var frame = [UInt8](repeating: 0, count: ZSTD_compressBound(content.count))
        let count = frame.withUnsafeMutableBytes {
            ZSTD_compress2(context, $0.baseAddress, $0.count, content, content.count)
        }
        guard ZSTD_isError(count) == 0 else { throw Failure() }
        return Array(frame[..<count])
    }

    /// A frame whose content is so many zeroes, of which nothing is kept while it is made.
    func bomb(byteCount: Int) throws -> [UInt8] {
        guard let context = ZSTD_createCCtx() else { throw Failure() }
        defer { ZSTD_freeCCtx(context) }
        ZSTD_CCtx_setParameter(context, ZSTD_c_windowLog, windowLog)
        if hasSize { ZSTD_CCtx_setPledgedSrcSize(context, UInt64(byteCount)) }
        let zeroes = [UInt8](repeating: 0, count: 1 << 20)
        var frame = [UInt8](repeating: 0, count: 1 << 20)
        var written = 0
        for offset in stride(from: 0, through: byteCount, by: zeroes.count) {
            let part = min(zeroes.count, byteCount - offset)
            try zeroes.withUnsafeBytes { source in
                try frame.withUnsafeMutableBytes { target in
                    var input = ZSTD_inBuffer(src: source.baseAddress, size: part, pos: 0)
                    var output = ZSTD_outBuffer(dst: target.baseAddress, size: target.count, pos: written)
                    let mode = part < zeroes.count ? ZSTD_e_end : ZSTD_e_continue
                    let left = ZSTD_compressStream2(context, &output, &input, mode)
                    guard ZSTD_isError(left) == 0, input.pos == part, mode == ZSTD_e_continue || left == 0 else {
                        throw Failure()
                    }
                    written = output.pos
                }
            }
        }
        return Array(frame[..<written])
    }

    /// Trains a dictionary on generated messages.
    static func train(seed: UInt64, byteCount: Int = 16 << 10) throws -> [UInt8] {
        var random = SeededGenerator(seed: seed)
        let samples = (0..<2_000).map { _ in message(using: &random) }
        let all = samples.flatMap { $0 }
        let sizes = samples.map(\.count)
        var dictionary = [UInt8](repeating: 0, count: byteCount)
        let count = dictionary.withUnsafeMutableBytes {
            ZDICT_trainFromBuffer($0.baseAddress, $0.count, all, sizes, UInt32(sizes.count))
        }
        guard ZDICT_isError(count) == 0 else { throw Failure() }
        return Array(dictionary[..<count])
    }

    /// A message that looks like one of a server, with texts of its own.
    static func message(using random: inout SeededGenerator) -> [UInt8] {
        let text = (0..<Int.random(in: 1...20, using: &random))
            .map { _ in String(UInt32.random(in: .min ... .max, using: &random), radix: 36) }
            .joined(separator: " ")
        let record = #"{"$type":"app.bsky.feed.post","text":"\#(text)","langs":["en"]}"#
        let message = SampleMessage.commit(record: record)
        return Array((Bool.random(using: &random) ? message : V2Text.message(ofV1: message)).utf8)
    }
}

extension ZstdDecompressor {
    /// The content of a frame, copied.
    func content(of frame: [UInt8], atMost maximumBytes: Int = 4 << 20) throws(ZstdError) -> [UInt8] {
        let result = frame.withUnsafeBytes { bytes in
            Result { () throws(ZstdError) in try decompress(bytes, maximumBytes: maximumBytes) { Array($0) } }
        }
        return try result.get()
    }

    /// What is wrong with a frame; nil when it can be decompressed.
    func problem(with frame: [UInt8], atMost maximumBytes: Int = 4 << 20) -> ZstdError? {
        do throws(ZstdError) {
            _ = try content(of: frame, atMost: maximumBytes)
            return nil
        } catch {
            return error
        }
    }
}
