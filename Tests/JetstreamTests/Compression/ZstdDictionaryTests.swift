import Foundation
import TestSupport
import Testing

@testable import Jetstream

struct ZstdDictionaryTests {
    /// Dictionaries that servers use; they are not part of the package.
    private static let folder = URL(filePath: #filePath).appending(path: "../../../../../shared/data").standardized
    private static let v1Path = folder.appending(path: "jetstream-v1.zdict").path
    private static let v2Path = folder.appending(path: "jetstream-v2-20260811.zdict").path
    private static let areThere = [v1Path, v2Path].allSatisfy { FileManager.default.isReadableFile(atPath: $0) }

    private func contents(_ path: String) throws -> [UInt8] {
        Array(try Data(contentsOf: URL(fileURLWithPath: path)))
    }

    private func problem(_ bytes: [UInt8]) -> ZstdDictionaryError? {
        #expect(throws: ZstdDictionaryError.self) { try ZstdDictionary(bytes) }
    }

    @Test func `reads the id of a dictionary`() throws {
        let bytes = try ZstdFrames.train(seed: 1)
        let dictionary = try ZstdDictionary(bytes)
        let id = (4..<8).reversed().reduce(0) { $0 << 8 | UInt32(bytes[$1]) }
        #expect(dictionary.id == id)
        #expect(dictionary.bytes == bytes)
    }

    @Test func `refuses what is no dictionary`() throws {
        let bytes = try ZstdFrames.train(seed: 1)
        for bad in [[], Array(bytes[..<8]), Array("{\"a\":1}{\"a\":2}".utf8), Array(bytes.dropFirst())] {
            #expect(problem(bad) == .notADictionary)
        }
        #expect(problem(Array(bytes[..<4]) + [0, 0, 0, 0] + bytes[8...]) == .notADictionary)
        for count in [9, 20, 40] { #expect(problem(Array(bytes[..<count])) == .corrupt) }
        let padding = [UInt8](repeating: 0, count: ZstdDictionary.maximumBytes)
        #expect(problem(bytes + padding) == .tooLarge(maximumBytes: ZstdDictionary.maximumBytes))
    }

    @Test func `never traps on damaged dictionaries`() throws {
        let bytes = try ZstdFrames.train(seed: 1, byteCount: 2_048)
        var random = SeededGenerator(seed: 8)
        var refused = 0
        for _ in 0..<1_000 {
            let damaged = random.damage(bytes)
            let frame = try ZstdFrames(dictionary: bytes).compress(Array(SampleMessage.commit.utf8))
            guard let dictionary = try? ZstdDictionary(damaged) else {
                refused += 1
                continue
            }
            _ = try ZstdDecompressor(dictionary: dictionary).problem(with: frame)
        }
        #expect((1..<1_000).contains(refused))
    }

    @Test func `says what is wrong with the file of the v1 dictionary`() throws {
        let files = try TemporaryFolder()
        func problem(_ path: String) -> ZstdDictionaryError? {
            #expect(throws: ZstdDictionaryError.self) { try ZstdDictionary.v1(fileAt: path) }
        }
        let missing = files.path("missing")
        #expect(problem(missing) == .unreadable(path: missing, reason: "No such file or directory"))
        #expect(problem("/") == .unreadable(path: "/", reason: "Is a directory"))
        #expect(problem("/dev/zero") == .tooLarge(maximumBytes: ZstdDictionary.maximumBytes))
        #expect(problem("/dev/null") == .notADictionary)

        let path = files.path("dictionary")
        var bytes = try ZstdFrames.train(seed: 1)
        try Data(bytes).write(to: URL(fileURLWithPath: path))
        #expect(problem(path) == .wrongID(expected: 1_612_007_021, found: try ZstdDictionary(bytes).id))
        // The right id alone does not make it the right one.
        bytes.replaceSubrange(4..<8, with: withUnsafeBytes(of: UInt32(1_612_007_021).littleEndian) { Array($0) })
        try Data(bytes).write(to: URL(fileURLWithPath: path))
        guard case .wrongDigest(let expected, let found) = problem(path) else {
            Issue.record("taken")
            return
        }
        #expect(expected == "b8d77b46933aceecbdd5275a01241efc985c970c78162b8150cf67a26522f70c")
        #expect(found.count == 64)
        #expect(found != expected)
    }

    @Test(.enabled("the servers' dictionaries are beside the package") { areThere })
    func `takes the dictionaries that servers use`() throws {
        let first = try ZstdDictionary.v1(fileAt: Self.v1Path)
        #expect(first.id == 1_612_007_021)
        #expect(first.bytes.count == 112_640)
        let second = try ZstdDictionary(contents(Self.v2Path))
        #expect(second.id == 20_260_811)
        #expect(throws: ZstdDictionaryError.wrongID(expected: 1_612_007_021, found: 20_260_811)) {
            try ZstdDictionary.v1(fileAt: Self.v2Path)
        }
        var changed = first.bytes
        changed[changed.count - 1] ^= 1
        let files = try TemporaryFolder()
        let path = files.path("changed")
        try Data(changed).write(to: URL(fileURLWithPath: path))
        let error = #expect(throws: ZstdDictionaryError.self) { try ZstdDictionary.v1(fileAt: path) }
        guard case .wrongDigest = error else { return #expect(Bool(false), "\(String(describing: error))") }
    }

    @Test(.enabled("the servers' dictionaries are beside the package") { areThere }, arguments: [1, 2])
    func `decompresses recorded streams with the dictionaries that servers use`(wire: Int) throws {
        let dictionary = try ZstdDictionary(contents(wire == 1 ? Self.v1Path : Self.v2Path))
        let decompressor = try ZstdDecompressor(dictionary: dictionary)
        let stream = try contents(Self.folder.appending(path: "jetstream-v\(wire)-server.jsonl").path)
        let frames = ZstdFrames(dictionary: dictionary.bytes)
        var (plain, compressed) = (0, 0)
        for line in stream.split(separator: UInt8(ascii: "\n")).map(Array.init) {
            let frame = try frames.compress(line)
            #expect(try decompressor.content(of: frame) == line)
            plain += line.count
            compressed += frame.count
        }
        #expect(plain > 1_000_000)
        #expect(compressed * 3 < plain * 2)
    }
}
