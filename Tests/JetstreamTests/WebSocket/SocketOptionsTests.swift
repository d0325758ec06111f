import CCurl
import Glibc
import Testing

@testable import Jetstream

@Suite struct SocketOptionsTests {
    @Test func `has the system give up what nobody acknowledges`() throws {
        let socket = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        try #require(socket >= 0)
        defer { close(socket) }
        var options = SocketOptions(receiveBufferBytes: 128 * 1024)
        #expect(SocketOptions.callback(&options, socket, CURLSOCKTYPE_IPCXN) == CURL_SOCKOPT_OK)
        let timeout = try value(of: TCP_USER_TIMEOUT, at: Int32(IPPROTO_TCP), on: socket)
        #expect(timeout == SocketOptions.unacknowledgedMilliseconds)
        // The kernel doubles what it is asked for.
        #expect(try value(of: SO_RCVBUF, at: SOL_SOCKET, on: socket) == 256 * 1024)
    }

    private func value(of name: Int32, at level: Int32, on socket: Int32) throws -> Int32 {
        var value: Int32 = 0
        var length = socklen_t(MemoryLayout<Int32>.size)
        try #require(getsockopt(socket, level, name, &value, &length) == 0)
        return value
    }
}
