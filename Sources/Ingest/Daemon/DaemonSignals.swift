import Glibc
import UnixSignals

/// The signals that the daemon answers, as they come.
package struct DaemonSignals: Sendable {
    /// It can be iterated once.
    let sequence: UnixSignalsSequence

    /// Keeps a signal that comes before the daemon listens from killing the program: the first thing in `main`.
    ///
    /// SIGPIPE and SIGXFSZ stay ignored for good, so that they come back as errors of the call. The dispositions are
    /// never touched again: that would stop delivery.
    package static func ignoreEarlyOnes() {
        for signal in [SIGHUP, SIGUSR1, SIGUSR2, SIGPIPE, SIGXFSZ] { _ = Glibc.signal(signal, SIG_IGN) }
    }

    /// Begins to listen; when it returns, no signal is missed.
    init() async {
        sequence = await UnixSignalsSequence(trapping: .sigterm, .sigint, .sighup, .sigusr1, .sigusr2)
    }
}
