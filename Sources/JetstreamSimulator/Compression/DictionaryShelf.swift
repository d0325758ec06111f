import Synchronization

/// The dictionaries of one server, trained when they are first asked for.
final class DictionaryShelf: Sendable {
    private struct State {
        var first: ZstdDictionary?
        var second: ZstdDictionary?
    }

    /// The ids of trained dictionaries: that of the first wire, and the first one of the second wire.
    ///
    /// They differ from those of the real server, because the dictionaries do.
    static let firstWireID: UInt32 = 1_000_000_001
    static let secondWireID: UInt32 = 1_000_000_002

    private let seed: UInt64
    private let configured: ZstdDictionary?
    private let state = Mutex(State())

    /// - Parameters:
    ///   - configured: what to use on both wires in place of trained ones.
    ///   - seed: what trained ones are made from.
    init(_ configured: ZstdDictionary?, seed: UInt64) {
        self.configured = configured
        self.seed = seed
    }

    /// The dictionary of a wire; nil if libzstd cannot make one.
    func current(_ wire: Wire) -> ZstdDictionary? {
        state.withLock { state in
            let trained = state.first ?? configured ?? (try? .trained(seed: seed, id: Self.firstWireID))
            state.first = trained
            guard wire == .v2, let trained else { return trained }
            let named = configured == nil ? trained.renamed(Self.secondWireID) : trained
            let current = state.second ?? named
            state.second = current
            return current
        }
    }

    /// Puts another dictionary in the place of the second wire's; clients that know the old one are refused.
    func renew() {
        guard let old = current(.v2) else { return }
        // Other content as well as another id: whoever decodes with the old one gets nothing sensible.
        state.withLock { $0.second = old.rearranged().renamed(old.id &+ 1) }
    }
}
