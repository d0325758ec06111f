import NIOCore
import NIOPosix

/// A TCP client that sends exactly the given bytes.
package enum NIORawClient {
    /// Sends a request and returns all that comes until the other side closes.
    package static func exchange(port: Int, _ request: String) async throws -> String {
        String(decoding: try await bytes(port: port, request), as: UTF8.self)
    }

    /// The same as bytes.
    package static func bytes(port: Int, _ request: String) async throws -> [UInt8] {
        try await bytes(port: port, Array(request.utf8))
    }

    /// Sends bytes and returns all that comes until the other side closes.
    package static func bytes(port: Int, _ request: [UInt8]) async throws -> [UInt8] {
        try await withTestDeadline("an answer to \(String(decoding: request.prefix(40), as: UTF8.self))") {
            let channel = try await ClientBootstrap(group: MultiThreadedEventLoopGroup.singleton)
                .connect(host: "127.0.0.1", port: port) { channel in
                    channel.eventLoop.makeCompletedFuture {
                        try NIOAsyncChannel<ByteBuffer, ByteBuffer>(wrappingChannelSynchronously: channel)
                    }
                }
            return try await channel.executeThenClose { inbound, outbound in
                try await outbound.write(ByteBuffer(bytes: request))
                var answer: [UInt8] = []
                for try await part in inbound {
                    answer += Array(part.readableBytesView)
                }
                return answer
            }
        }
    }
}
