/// A door to the frame decoder, for the benchmarks: only connections can use it otherwise.
package enum FrameReading {
    /// Decodes a server's bytes, chunk by chunk as a connection gets them.
    ///
    /// - Parameter stream: Frames, one behind the other.
    /// - Returns: How many messages there were.
    /// - Throws: ``WebSocketError``.
    package static func countMessages(in stream: UnsafeRawBufferPointer) throws(WebSocketError) -> Int {
        var decoder = FrameDecoder(maximumMessageBytes: Subscription.maximumMessageBytes)
        var messages = 0
        var start = 0
        while start < stream.count {
            let end = min(start + CurlOptions.chunkBytes, stream.count)
            var rest = UnsafeRawBufferPointer(rebasing: stream[start..<end])
            while let event = try decoder.next(in: &rest) {
                if case .message = event { messages += 1 }
            }
            start = end
        }
        return messages
    }
}
