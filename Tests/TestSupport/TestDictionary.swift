import JetstreamSimulator

/// A zstd dictionary for tests, trained on generated events.
package enum TestDictionary {
    /// The content of a dictionary file.
    ///
    /// - Parameters:
    ///   - id: what frames name it by, not 0.
    ///   - seed: the same seed gives the same dictionary.
    /// - Returns: all of it, about 64 KiB.
    /// - Throws: what the simulator says.
    package static func trained(id: UInt32, seed: UInt64 = 1) throws -> [UInt8] {
        try ZstdDictionary.trained(seed: seed, id: id).bytes
    }
}
