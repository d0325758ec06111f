/// The two protocols of a Jetstream server.
package enum Wire: String, Sendable, CaseIterable, Codable {
    /// `/subscribe`.
    case v1
    /// `/xrpc/network.bsky.jetstream.subscribeEvents`.
    case v2
}
