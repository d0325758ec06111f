import Glibc

extension RawPeer {
    /// Makes this connection one with another to a port of 127.0.0.1: copies both ways until one of them ends.
    package func relay(toPort port: Int) throws {
        let other = Glibc.socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        guard other >= 0 else { throw Failure.systemCallFailed(name: "socket", errorNumber: errno) }
        defer { close(other) }
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = UInt16(port).bigEndian
        address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
        let result = withUnsafePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { pointer in
                connect(other, pointer, socklen_t(MemoryLayout<sockaddr_in>.size))
            }
        }
        guard result == 0 else { throw Failure.systemCallFailed(name: "connect", errorNumber: errno) }
        try Self.write(unread, to: other)
        unread = []
        while try Self.copyOnce(between: socket, and: other) {}
    }

    /// Waits for bytes on either side and hands them over; false when a side has ended.
    private static func copyOnce(between first: Int32, and second: Int32) throws -> Bool {
        var descriptors = [
            pollfd(fd: first, events: Int16(POLLIN), revents: 0), pollfd(fd: second, events: Int16(POLLIN), revents: 0),
        ]
        guard poll(&descriptors, 2, 20_000) > 0 else { return false }
        for (source, destination) in [(0, second), (1, first)] where descriptors[source].revents != 0 {
            var buffer = [UInt8](repeating: 0, count: 65_536)
            let count = recv(descriptors[source].fd, &buffer, buffer.count, 0)
            guard count > 0 else { return false }
            try write(Array(buffer[..<count]), to: destination)
        }
        return true
    }

    private static func write(_ bytes: [UInt8], to socket: Int32) throws {
        var sent = 0
        while sent < bytes.count {
            let count = bytes[sent...].withUnsafeBytes { send(socket, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL)) }
            guard count > 0 else { throw Failure.systemCallFailed(name: "send", errorNumber: errno) }
            sent += count
        }
    }
}
