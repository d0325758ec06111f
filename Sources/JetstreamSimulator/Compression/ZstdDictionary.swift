import CZstd
import Foundation
import NIOCore

/// A zstd dictionary: RFC 8878, section 5.
package struct ZstdDictionary: Sendable, Equatable {
    /// Where the id stands, behind the magic number.
    private static let idRange = 4..<8
    /// The size of the dictionary that the real server's second wire announces.
    private static let trainedBytes = 65_536
    private static let trainingEvents = 3_000

    /// All of it, as a file holds it.
    package private(set) var bytes: [UInt8]

    /// What the frames name it by.
    package var id: UInt32 {
        Self.idRange.reversed().reduce(0) { $0 << 8 | UInt32(bytes[$1]) }
    }

    /// Takes the content of a file.
    ///
    /// - Throws: `SimulatorError.dictionary` if it is no dictionary, or one without an id.
    package init(bytes: [UInt8]) throws(SimulatorError) {
        let id = bytes.withUnsafeBytes { ZDICT_getDictID($0.baseAddress, $0.count) }
        guard id != 0 else { throw SimulatorError.dictionary("no zstd dictionary with an id") }
        self.bytes = bytes
    }

    /// Reads a file.
    ///
    /// - Throws: `SimulatorError.file` or `.dictionary`.
    package init(file path: String) throws(SimulatorError) {
        let data: Data
        do {
            data = try Data(contentsOf: URL(fileURLWithPath: path))
        } catch {
            throw .file(path: path, reason: "cannot be read: \(error.localizedDescription)")
        }
        try self.init(bytes: Array(data))
    }

    /// Trains a dictionary on generated events of both wires; it takes a part of a second.
    ///
    /// - Parameters:
    ///   - seed: the same seed gives the same dictionary with the same libzstd.
    ///   - id: what it is to be named by, not 0.
    /// - Returns: the dictionary.
    /// - Throws: `SimulatorError.dictionary` if libzstd cannot make one.
    package static func trained(seed: UInt64, id: UInt32) throws(SimulatorError) -> ZstdDictionary {
        let (samples, sizes) = samples(seed: seed)
        var bytes = [UInt8](repeating: 0, count: trainedBytes)
        let count = bytes.withUnsafeMutableBytes { target in
            samples.withUnsafeReadableBytes { source in
                ZDICT_trainFromBuffer(target.baseAddress, target.count, source.baseAddress, sizes, UInt32(sizes.count))
            }
        }
        guard ZDICT_isError(count) == 0 else {
            throw SimulatorError.dictionary(String(cString: ZDICT_getErrorName(count)))
        }
        return try ZstdDictionary(bytes: Array(bytes[..<count])).renamed(id)
    }

    /// The same dictionary under another id.
    package func renamed(_ id: UInt32) -> ZstdDictionary {
        precondition(id != 0, "0 means that a dictionary has no id")
        var copy = self
        for (offset, index) in Self.idRange.enumerated() {
            copy.bytes[index] = UInt8(truncatingIfNeeded: id >> UInt32(8 * offset))
        }
        return copy
    }

    /// A dictionary with the same tables, and the last two thirds of its content before the first.
    ///
    /// As good as a new one to clients, and made without the time that training takes.
    func rearranged() -> ZstdDictionary {
        let header = bytes.withUnsafeBytes { ZDICT_getDictHeaderSize($0.baseAddress, $0.count) }
        guard ZDICT_isError(header) == 0 else { return self }
        let middle = header + (bytes.count - header) / 3
        var copy = self
        copy.bytes = Array(bytes[..<header] + bytes[middle...] + bytes[header..<middle])
        return copy
    }

    private static func samples(seed: UInt64) -> (texts: ByteBuffer, sizes: [Int]) {
        var generator = EventGenerator(seed: seed, startTimeMicroseconds: 1_780_000_000_000_000)
        var texts = ByteBuffer()
        var sizes: [Int] = []
        for index in 1...trainingEvents {
            let event = generator.next()
            let start = texts.writerIndex
            if index % 2 == 0 {
                texts.writeString(event.json)
            } else {
                _ = Array(event.json.utf8).withUnsafeBufferPointer {
                    SecondWireText.append(
                        $0,
                        sequence: SimulatorConfiguration.firstSequence + Int64(index),
                        timeMicroseconds: event.timeMicroseconds,
                        to: &texts
                    )
                }
            }
            sizes.append(texts.writerIndex - start)
        }
        return (texts, sizes)
    }
}
