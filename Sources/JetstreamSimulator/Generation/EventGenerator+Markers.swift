/// What an account's event says about it.
package enum AccountStatus: String, Sendable, CaseIterable, Codable {
    case active
    case takendown
    case suspended
    case deleted
    case deactivated
    case desynchronized
    case throttled
}

/// Events that are no commits.
extension EventGenerator {
    private static let statuses: [AccountStatus] = [.deactivated, .deleted, .takendown, .suspended]
    private static let base64 = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/".utf8)
    /// How many characters of base64 the made-up blocks of a sync event have.
    private static let blockCharacters = 48

    /// An account event with a status of the caller's choice, beside those that are drawn.
    package mutating func account(_ status: AccountStatus) -> GeneratedEvent {
        beginMarker()
        let account = network.drawAccount()
        return self.account(account, status)
    }

    /// A sync event: the relay lost track of an account's repository, and says at which revision it is now.
    ///
    /// Only the second wire carries it. The records stay as they are: no replacements follow.
    package mutating func sync() -> GeneratedEvent {
        beginMarker()
        let did = network.accounts.did(network.drawAccount())
        let revision = TID.string(microseconds: timeMicroseconds, clock: 0)
        let blocks = (0..<Self.blockCharacters).map { _ in Self.base64[Int(network.generator.next() & 63)] }
        let detail =
            "{\"blocks\":{\"$bytes\":\"" + String(decoding: blocks, as: UTF8.self) + "\"},\"did\":\"" + did
            + "\",\"rev\":\"" + revision + "\"," + relayFields + "}"
        return marker(.sync, did: did, detail: detail)
    }

    /// An identity or account event.
    mutating func drawMarker() -> GeneratedEvent {
        let account = network.drawAccount()
        if network.generator.chance(1, in: 2) {
            return identity(account)
        }
        let isActive = !network.generator.chance(1, in: 4)
        return self.account(account, isActive ? .active : network.generator.pick(Self.statuses))
    }

    private mutating func identity(_ account: Int) -> GeneratedEvent {
        let did = network.accounts.did(account)
        var detail = "{\"did\":\"" + did + "\","
        if network.generator.chance(1, in: 2) {
            detail += "\"handle\":\"" + network.accounts.handle(account) + "\","
        }
        return marker(.identity, did: did, detail: detail + relayFields + "}")
    }

    private mutating func account(_ account: Int, _ status: AccountStatus) -> GeneratedEvent {
        let did = network.accounts.did(account)
        var detail = "{\"active\":" + String(status == .active) + ",\"did\":\"" + did + "\"," + relayFields
        if status != .active {
            detail += ",\"status\":\"" + status.rawValue + "\""
        }
        if status == .deleted {
            network.records.deleteAccount(account)
        }
        return marker(.account, did: did, detail: detail + "}")
    }

    /// Gives an event outside the drawn stream a time and a relay number of its own.
    private mutating func beginMarker() {
        startNextCommit()
        timeMicroseconds += Self.leastSpacingMicroseconds
        relaySequence += 1
    }

    /// The relay's own numbering and time.
    private var relayFields: String {
        let time = Timestamp.string(microseconds: timeMicroseconds - Self.revisionDelayMicroseconds)
        return "\"seq\":" + String(relaySequence) + ",\"time\":\"" + time + "\""
    }

    private mutating func marker(_ kind: GeneratedEvent.Kind, did: String, detail: String) -> GeneratedEvent {
        let sequence = takeSequence()
        let json = EventText.json(
            did: did,
            timeMicroseconds: timeMicroseconds,
            sequence: sequence,
            kind: kind,
            detail: detail
        )
        return GeneratedEvent(
            json: json,
            timeMicroseconds: timeMicroseconds,
            sequence: sequence,
            kind: kind,
            did: did,
            commit: nil
        )
    }
}
