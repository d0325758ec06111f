import Foundation
package import Store

/// A new database as the daemon makes it, which goes with this.
package final class ScratchStore {
    package let store: Store
    private let folder: URL

    package init() throws {
        folder = FileManager.default.temporaryDirectory.appendingPathComponent("windsock-benchmark-\(UUID())")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        let path = folder.appendingPathComponent("windsock.db").path
        store = try Store.open(path: path, access: .daemon(synchronous: .normal))
    }

    deinit {
        // What cannot be removed stays in the temporary folder, and spoils no figure.
        try? store.close()
        try? FileManager.default.removeItem(at: folder)
    }
}
