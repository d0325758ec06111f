/// A message on its way into the log, with what cursors and filters ask about it.
struct StreamMessage: Sendable {
    enum Payload: Sendable {
        case text(String)
        case bytes(ArraySlice<UInt8>)
    }

    enum Kind: Sendable, Equatable {
        /// Subject to all filters; nil for an event that does not say of which kind it is.
        case event(GeneratedEvent.Kind?)
        /// A line that could not be read: it counts as an event, but only its size can be filtered.
        case unreadable
        /// Sent to everybody, and not counted as an event.
        case injected(InjectedMessage.Kind)

        var isInjected: Bool {
            if case .injected = self { true } else { false }
        }

        var isSync: Bool { self == .event(.sync) }
    }

    let payload: Payload
    let kind: Kind
    /// Microseconds since the Unix epoch, nil where the message does not say.
    var timeMicroseconds: Int64?
    /// The message's `cursor`, nil where the message does not say.
    var sequence: Int64?
    let did: String?
    /// The collection of a commit, nil for everything that passes the collection filter.
    let collection: String?
}

extension StreamMessage {
    init(_ event: GeneratedEvent) {
        self.init(
            payload: .text(event.json),
            kind: .event(event.kind),
            timeMicroseconds: event.timeMicroseconds,
            sequence: event.sequence,
            did: event.did,
            collection: event.commit?.collection
        )
    }

    /// A line of a file, sent byte for byte whatever it holds.
    init(line: ArraySlice<UInt8>) {
        guard let found = line.withUnsafeBufferPointer({ EventScanner.scan($0) }) else {
            self.init(payload: .bytes(line), kind: .unreadable, did: nil, collection: nil)
            return
        }
        self.init(
            payload: .bytes(line),
            kind: .event(found.kind),
            timeMicroseconds: found.timeMicroseconds,
            sequence: found.sequence,
            did: found.did,
            collection: found.collection
        )
    }

    init(_ injected: InjectedMessage, timeMicroseconds: Int64, sequence: Int64?) {
        self.init(
            payload: .bytes(InjectedMessage.payload(injected.kind, on: .v1)[...]),
            kind: .injected(injected.kind),
            timeMicroseconds: timeMicroseconds,
            sequence: sequence,
            did: nil,
            collection: nil
        )
    }
}
