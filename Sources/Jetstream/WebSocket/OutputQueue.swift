/// Frames that wait to be sent, bounded in bytes.
///
/// Each frame stays at its own address until all of it is sent, because a TLS library that could not send wants to be
/// asked again with the same bytes at the same place.
struct OutputQueue {
    /// The most that waits, unless a single message is longer: a server that takes less is not listening.
    static let maximumBytes = 1024 * 1024

    private(set) var byteCount = 0
    private var frames: [[UInt8]] = []
    private var sentOfFirst = 0
    private var newestPong: [UInt8]?

    var isEmpty: Bool { frames.isEmpty }

    /// Adds a frame.
    ///
    /// - Returns: whether there was room; a frame for which there was none is not kept.
    mutating func append(_ frame: [UInt8]) -> Bool {
        guard isEmpty || byteCount + frame.count <= Self.maximumBytes else { return false }
        frames.append(frame)
        byteCount += frame.count
        return true
    }

    /// Adds a pong that is to be sent when all before it is, in place of an older one that still waits.
    ///
    /// RFC 6455 5.5.3 allows to answer only the newest ping, so that a flood of pings costs no memory.
    mutating func keepNewest(pong: [UInt8]) {
        newestPong = pong
    }

    /// Lets the deferred pong be sent now.
    mutating func releasePong() {
        guard isEmpty, let pong = newestPong else { return }
        newestPong = nil
        _ = append(pong)
    }

    /// Calls `send` with the unsent bytes of the first frame, and notes what it says was sent.
    ///
    /// - Parameter send: returns how many bytes were taken, or nil when none can be taken now.
    /// - Returns: whether to go on; false when nothing waits or nothing was taken.
    /// - Throws: what `send` throws; the bytes count as unsent.
    mutating func sendFirst<Failure: Error>(
        _ send: (UnsafeRawBufferPointer) throws(Failure) -> Int?
    ) throws(Failure) -> Bool {
        guard let first = frames.first else { return false }
        let unsent = sentOfFirst
        let result = first.withUnsafeBytes { bytes in
            Result { () throws(Failure) in try send(UnsafeRawBufferPointer(rebasing: bytes[unsent...])) }
        }
        guard let sent = try result.get() else { return false }
        byteCount -= sent
        sentOfFirst += sent
        if sentOfFirst == first.count {
            frames.removeFirst()
            sentOfFirst = 0
            releasePong()
        }
        return true
    }
}
