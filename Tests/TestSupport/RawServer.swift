import Dispatch
import Foundation
import Glibc
import Synchronization

/// A TCP server on a free port of 127.0.0.1 that runs a script for each connection, on a thread of its own.
package final class RawServer<Output: Sendable>: Sendable {
    package enum Failure: Error {
        case systemCallFailed(name: String, errorNumber: Int32)
        case noConnectionEnded
    }

    private final class Outputs: Sendable {
        let results = Mutex<[Result<Output, any Error>]>([])
        let available = DispatchSemaphore(value: 0)
    }

    package let port: Int

    private let listener: Int32
    private let outputs = Outputs()

    /// Starts listening.
    ///
    /// - Parameters:
    ///   - receiveBufferBytes: the size of each connection's receive buffer, or nil for the system's.
    ///   - script: what the server does; the connection ends when it returns.
    /// - Throws: `Failure` when the system refuses a socket.
    package init(
        receiveBufferBytes: Int32? = nil,
        script: @escaping @Sendable (RawPeer) throws -> Output
    ) throws {
        listener = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        guard listener >= 0 else { throw Failure.systemCallFailed(name: "socket", errorNumber: errno) }
        if var receiveBufferBytes {
            setsockopt(listener, SOL_SOCKET, SO_RCVBUF, &receiveBufferBytes, socklen_t(MemoryLayout<Int32>.size))
        }
        port = try Self.bind(listener)
        Thread.detachNewThread { [listener, outputs] in
            while true {
                let connection = accept(listener, nil, nil)
                guard connection >= 0 else {
                    // The server is gone: nobody else ends the listening.
                    close(listener)
                    return
                }
                Thread.detachNewThread {
                    let result = Result { try script(RawPeer(socket: connection)) }
                    outputs.results.withLock { $0.append(result) }
                    outputs.available.signal()
                }
            }
        }
    }

    deinit {
        // Ends the accept, whose thread then closes the descriptor.
        shutdown(listener, Int32(SHUT_RDWR))
    }

    /// What the script returned for the next connection that ended; waits for it.
    package func output() throws -> Output {
        guard outputs.available.wait(timeout: .now() + .seconds(30)) == .success else {
            throw Failure.noConnectionEnded
        }
        return try outputs.results.withLock { $0.removeFirst() }.get()
    }

    private static func bind(_ listener: Int32) throws -> Int {
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
        var length = socklen_t(MemoryLayout<sockaddr_in>.size)
        let result = withUnsafeMutablePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { pointer in
                Glibc.bind(listener, pointer, length) == 0 && listen(listener, 16) == 0
                    && getsockname(listener, pointer, &length) == 0
            }
        }
        guard result else { throw Failure.systemCallFailed(name: "bind", errorNumber: errno) }
        return Int(UInt16(bigEndian: address.sin_port))
    }
}
