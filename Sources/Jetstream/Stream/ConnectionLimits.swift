/// How long a connection may be silent or stuck.
package struct ConnectionLimits: Sendable {
    /// After this long without a frame a ping of our own goes out.
    ///
    /// Servers ping every 30 s.
    package var pingAfter: Duration = .seconds(20)
    /// After this long without a frame, ping or not, the connection is dead.
    package var deadAfter: Duration = .seconds(45)
    /// After this long in which the handler got nowhere while the queue is full, it is stuck and not slow: the server,
    /// which wants its pong within 5 s, is told goodbye, and the stream resumes from what is stored (invariant 6).
    package var stuckAfter: Duration = .seconds(4)

    /// How long a connection that began at most a minute ago has to be open before its silence says that nothing
    /// happened: until then the minute itself may still be on its way.
    package var settlingTime: Duration = .seconds(30)

    /// How long a server has to close the connection over filters that were sent on it before they count as taken.
    package var filtersTakenAfter: Duration = .seconds(5)

    /// How often is looked whether what was asked for comes.
    package var sightInterval: Duration = .seconds(5)

    /// How long a host is left alone that refuses what is asked, or delivers nothing of it.
    package var hostRest: Duration = .seconds(300)

    /// No silence of what was asked for is blindness before this.
    package var shortestSilence: Duration = .seconds(60)

    /// A connection that ends after a silence of this length, in which commits should have come, may have been blind: the
    /// next one begins at the last commit.
    package var doubtfulSilence: Duration = .seconds(5)

    package init() {}
}
