import Foundation
import GRDB
import Store

/// A folder of its own for one test, removed with it.
final class TemporaryFolder: Sendable {
    let url: URL

    init() throws {
        url = FileManager.default.temporaryDirectory.appendingPathComponent("windsock-store-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: url, withIntermediateDirectories: true)
    }

    deinit {
        try? FileManager.default.removeItem(at: url)
    }

    func path(_ name: String = "windsock.db") -> String {
        url.appendingPathComponent(name).path
    }
}

/// A new database in a folder of its own, as the daemon opens it.
struct TemporaryStore {
    let folder: TemporaryFolder
    let store: Store

    init() throws {
        folder = try TemporaryFolder()
        store = try Store.open(path: folder.path(), access: .daemon(synchronous: .normal))
    }

    @discardableResult
    func write<Value>(_ body: (Database) throws -> Value) throws -> Value {
        try store.write(body)
    }

    func read<Value>(_ body: (Database) throws -> Value) throws -> Value {
        try store.read(body)
    }
}
