import NIOCore
import NIOPosix

/// A TCP client that sends exactly the given bytes.
package enum NIORawClient {
    /// Sends a request and returns all that comes until the other side closes.
    package static func exchange(port: Int, _ request: String) async throws -> String {
        try await withTestDeadline("an answer to \(request.prefix(40))") {
            let channel = try await ClientBootstrap(group: MultiThreadedEventLoopGroup.singleton)
                .connect(host: "127.0.0.1", port: port) { channel in
                    channel.eventLoop.makeCompletedFuture {
                        try NIOAsyncChannel<ByteBuffer, ByteBuffer>(wrappingChannelSynchronously: channel)
                    }
                }
            return try await channel.executeThenClose { inbound, outbound in
                try await outbound.write(ByteBuffer(string: request))
                var answer = ""
                for try await part in inbound {
                    answer += String(buffer: part)
                }
                return answer
            }
        }
    }
}
