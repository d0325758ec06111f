import CZstd
import Foundation
import Jetstream
import Measuring

/// From a compressed message to its text.
///
/// The frames are as servers make them: the fastest level, a window of 128 KiB, a checksum.
enum CompressionBenchmarks {
    /// What v1 servers use; any other dictionary is taken for one of v2.
    private static let v1ID: UInt32 = 1_612_007_021

    /// One with a dictionary that is trained on other events, and one with each dictionary of a file.
    static func all(dictionaryFiles: [String]) throws -> [Benchmark] {
        let trained = Benchmark(name: "zstd.decompress.trained") { events in
            try runs(ZstdDictionary(train(on: events.batch(0))), events) { messages in
                PackedMessages(messages.lazy.map { Array($0) })
            }
        }
        return try [trained] + dictionaryFiles.map(benchmark)
    }

    private static func benchmark(file: String) throws -> Benchmark {
        let dictionary = try ZstdDictionary(Array(Data(contentsOf: URL(fileURLWithPath: file))))
        return Benchmark(name: "zstd.decompress.\(dictionary.id)") { events in
            try runs(dictionary, events) { messages in
                dictionary.id == v1ID
                    ? PackedMessages(messages.lazy.map { Array($0) }) : SecondWireBenchmarks.v2(messages)
            }
        }
    }

    private static func runs(
        _ dictionary: ZstdDictionary,
        _ events: SampleEvents,
        _ wire: @escaping (ArraySlice<UnsafeRawBufferPointer>) -> PackedMessages
    ) throws -> Benchmark.Runs {
        let decompressor = try ZstdDecompressor(dictionary: dictionary)
        return { run in
            let messages = wire(events.batch(run))
            let frames = try compress(messages, with: dictionary)
            return Work(operations: frames.count) {
                var count = 0
                for frame in frames {
                    count += try decompressor.decompress(frame, maximumBytes: 4 << 20) { $0.count }
                }
                try BenchmarkFailure.check(count == messages.byteCount, "not all was decompressed")
            }
        }
    }

    private static func compress(_ messages: PackedMessages, with dictionary: ZstdDictionary) throws -> PackedMessages {
        guard let context = ZSTD_createCCtx() else { throw BenchmarkFailure(description: "no memory to compress") }
        defer { ZSTD_freeCCtx(context) }
        ZSTD_CCtx_setParameter(context, ZSTD_c_compressionLevel, 1)
        ZSTD_CCtx_setParameter(context, ZSTD_c_windowLog, 17)
        ZSTD_CCtx_setParameter(context, ZSTD_c_checksumFlag, 1)
        ZSTD_CCtx_loadDictionary(context, dictionary.bytes, dictionary.bytes.count)
        let frames = try messages.map { message in
            var frame = [UInt8](repeating: 0, count: ZSTD_compressBound(message.count))
            let count = ZSTD_compress2(context, &frame, frame.count, message.baseAddress, message.count)
            try BenchmarkFailure.check(ZSTD_isError(count) == 0, "a message could not be compressed")
            return Array(frame[..<count])
        }
        return PackedMessages(frames)
    }

    private static func train(on messages: some Sequence<UnsafeRawBufferPointer>) throws -> [UInt8] {
        let all = messages.flatMap { Array($0) }
        let sizes = messages.map(\.count)
        var dictionary = [UInt8](repeating: 0, count: 64 << 10)
        let count = ZDICT_trainFromBuffer(&dictionary, dictionary.count, all, sizes, UInt32(sizes.count))
        try BenchmarkFailure.check(ZDICT_isError(count) == 0, "no dictionary could be trained")
        return Array(dictionary[..<count])
    }
}
