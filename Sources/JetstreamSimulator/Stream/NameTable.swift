import Synchronization

/// Numbers for DIDs and collections, so that the log stores and compares four bytes in place of a text.
final class NameTable: Sendable {
    typealias Identifier = Int32

    private struct State {
        var identifiers: [String: Identifier] = [:]
        var names: [String] = []
    }

    private let state = Mutex(State())

    /// The number of a name, a new one if it was never seen.
    func identifier(of name: String) -> Identifier {
        state.withLock { state in
            if let known = state.identifiers[name] {
                return known
            }
            let identifier = Identifier(state.names.count)
            state.identifiers[name] = identifier
            state.names.append(name)
            return identifier
        }
    }

    func name(of identifier: Identifier) -> String {
        state.withLock { $0.names[Int(identifier)] }
    }
}
