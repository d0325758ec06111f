/// What a v2 server says of the stream itself; it is no event and has no place in the stream.
package enum ServerNotice: Equatable, Sendable {
    /// The stream goes on; `OutdatedCursor` says that it began later than was asked for.
    case info(name: String, message: String)
    /// The stream ends: `ConsumerTooSlow`, `InternalError`.
    case error(name: String, message: String)
}
