import Store

/// Has the write-ahead log give its room back where the disk is short of it.
struct DiskRoom: CleanupJob {
    let store: Store
    let reserve: DiskReserve?

    func run(_ turn: CleanupTurn) throws {
        guard let reserve, reserve.isShort else { return }
        reserve.release()
        try store.checkpoint(.truncate)
    }
}

/// Makes the ballast again, once there is room for it.
struct BallastKeeping: CleanupJob {
    let reserve: DiskReserve?

    func run(_ turn: CleanupTurn) { reserve?.keep() }
}
