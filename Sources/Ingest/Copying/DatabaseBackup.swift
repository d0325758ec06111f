package import Store

/// Makes backups of a database, also beside a daemon that goes on writing.
package struct DatabaseBackup {
    private let store: Store
    private let minimumFreeBytes: Int64

    /// Makes the maker of backups.
    ///
    /// - Parameters:
    ///   - store: the database.
    ///   - minimumFreeBytes: what has to stay free on its disk, so that the daemon goes on.
    package init(of store: Store, minimumFreeBytes: Int64) {
        self.store = store
        self.minimumFreeBytes = minimumFreeBytes
    }

    /// Copies one state of the database: a position, and the effects of all events up to it.
    ///
    /// - Parameters:
    ///   - path: the file that is to be made; nothing may be there.
    ///   - watch: ends it.
    /// - Returns: what the backup holds.
    /// - Throws: `StoreError` with what to do, `CancellationError` when it was ended; then nothing is left of it.
    package func make(at path: String, watch: CopyWatch) throws -> DatabaseContents {
        let copy = DatabaseCopy(
            source: store,
            target: path,
            mode: store.mode & 0o640,
            minimumFreeBytes: minimumFreeBytes,
            watch: watch
        )
        do {
            return try copy.make()
        } catch let error as DatabaseCopy.Unsound {
            throw StoreError.io(
                "the copy of \(store.path) is not sound, and was not kept: \(error.problem); the database itself may be "
                    + "damaged: windsock verify --deep"
            )
        }
    }
}
