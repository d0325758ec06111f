import Glibc
import Jetstream
import Logging
import UnixSignals

/// Does what each signal asks for.
struct SignalAnswerer {
    /// 128 + SIGTERM, as a shell reports a program that the signal ended.
    private static let endedAtOnceStatus: Int32 = 143
    /// A second signal within this time is the first one again: `timeout` sends it to the program and to its group.
    private static let echo: Duration = .milliseconds(200)

    let source: SettingsSource
    let settings: Settings
    let levels: LogLevelBox
    let parts: DaemonParts
    let logger: Logger

    /// Answers signals until the task is cancelled.
    ///
    /// The first SIGTERM or SIGINT stops the parts; another one ends the program at once, wherever it is: what is
    /// committed stays, and the rest is read again.
    func answer(_ signals: DaemonSignals) async {
        var settings = settings
        var stoppingSince: ContinuousClock.Instant?
        for await signal in signals.sequence {
            switch signal {
            case .sighup: settings = reload(settings)
            case .sigusr1:
                logger.info("SIGUSR1: cleaning up now")
                parts.cleanup.sweepNow()
            case .sigusr2: logger.notice("SIGUSR2: the state", metadata: parts.stateMetadata)
            default:
                if let stoppingSince {
                    if ContinuousClock.now - stoppingSince < SignalAnswerer.echo { continue }
                    _exit(SignalAnswerer.endedAtOnceStatus)
                }
                stoppingSince = .now
                logger.notice("\(signal): finishing the batch in hand, then stopping")
                parts.stop()
            }
        }
    }

    /// Reads the configuration again; a bad one is reported and the old one stays.
    private func reload(_ old: Settings) -> Settings {
        let new: Settings
        do {
            new = try source.load()
        } catch {
            logger.error("SIGHUP: the configuration is not good; the old one stays", metadata: ["error": "\(error)"])
            return old
        }
        levels.level = new.log.level
        var cleanup = new.activity.cleanup
        // As in the handler, which takes no other until a restart.
        cleanup.emptiesPayloads = settings.activity.emptiesPayloads
        parts.cleanup.change(cleanup)
        parts.reader.change(new.jetstream.subscription)
        let waiting = Settings.changesThatNeedRestart(from: settings, to: new)
        if waiting.isEmpty {
            logger.notice("SIGHUP: the configuration is in force")
        } else {
            logger.warning(
                "SIGHUP: the configuration is read; some changes need a restart",
                metadata: ["fields": "\(waiting.joined(separator: ", "))"]
            )
        }
        return new
    }
}

extension RunState {
    /// The state as the log shows it.
    var metadata: Logger.Metadata {
        var metadata: Logger.Metadata = [
            "phase": "\(connection.phase.rawValue)", "host": "\(connection.host)",
            "connections": "\(connection.connections)", "received": "\(flow.received)", "queued": "\(flow.queued)",
            "in_hand": "\(flow.inHand)", "stored": "\(flow.stored)", "remainder": "\(flow.remainder)",
        ]
        for (reason, count) in flow.skipped { metadata["skipped_\(reason.rawValue)"] = "\(count)" }
        for (reason, count) in flow.discarded { metadata["discarded_\(reason.rawValue)"] = "\(count)" }
        if let error = connection.lastError { metadata["last_error"] = "\(error)" }
        if let machineFault { metadata["machine_fault"] = "\(machineFault)" }
        return metadata
    }
}
