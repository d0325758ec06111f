import CCurl
import Glibc

/// What libcurl is to set on its socket before it connects; reached from its callback through a pointer.
struct SocketOptions {
    /// Half of what the kernel then allows: little, so that a server that stopped reading is noticed early, and a
    /// flood of pings does not turn into megabytes of pongs.
    static let sendBufferBytes: Int32 = 64 * 1024
    /// How long sent bytes, or a keepalive's question, may stay unacknowledged before the connection counts as lost: as
    /// long as the reader gives a silent server.
    static let unacknowledgedMilliseconds: Int32 = 45_000

    let receiveBufferBytes: Int32

    /// A CURLOPT_SOCKOPTFUNCTION whose context points to a `SocketOptions`.
    ///
    /// A refused option is no reason not to connect: each only tightens a bound that the kernel has anyway.
    static let callback: @convention(c) (UnsafeMutableRawPointer?, curl_socket_t, curlsocktype) -> Int32 = {
        context,
        socket,
        _ in
        guard let options = context?.assumingMemoryBound(to: SocketOptions.self).pointee else {
            return CURL_SOCKOPT_OK
        }
        set(socket, SOL_SOCKET, SO_RCVBUF, options.receiveBufferBytes)
        set(socket, SOL_SOCKET, SO_SNDBUF, sendBufferBytes)
        set(socket, Int32(IPPROTO_TCP), TCP_USER_TIMEOUT, unacknowledgedMilliseconds)
        return CURL_SOCKOPT_OK
    }

    private static func set(_ socket: Int32, _ level: Int32, _ name: Int32, _ value: Int32) {
        var value = value
        _ = setsockopt(socket, level, name, &value, socklen_t(MemoryLayout<Int32>.size))
    }
}
