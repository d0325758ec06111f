import Glibc

/// SIGPIPE, which writing to a connection that is gone may raise, and which ends a program that does not expect it.
enum BrokenPipe {
    /// Has it wait on this thread, for good: writing then fails with EPIPE.
    ///
    /// The daemon ignores it, but what a library may not do is change that for the program. The threads of Dispatch, on
    /// which the reader runs, have most other signals blocked already.
    static func blockOnThisThread() {
        var signals = sigset_t()
        sigemptyset(&signals)
        sigaddset(&signals, SIGPIPE)
        pthread_sigmask(SIG_BLOCK, &signals, nil)
    }
}
