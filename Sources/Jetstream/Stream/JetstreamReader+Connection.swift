import Logging

/// Opening and reading one connection.
extension JetstreamReader {
    func readConnection(_ endpoint: JetstreamEndpoint, _ start: StartPlanner.Start) -> ConnectionEnd {
        // A signal that told of room, and came after the last connection, must not end this attempt.
        wake.drain()
        guard !stopping else { return .stopped }
        BrokenPipe.blockOnThisThread()
        status.enter(.connecting, atMicroseconds: clock.now())
        let wanted = subscriptions.wanted
        let subscription = filters.choice(of: wanted)
        lastSent = subscription
        hasChangedFilters = false
        let dictionary = dictionary(for: endpoint)
        guard !stopping else { return .stopped }
        let request = SubscriptionRequest(
            subscription,
            to: endpoint,
            cursor: start.cursor,
            dictionary: dictionary?.id
        )
        do {
            let connection = try open(endpoint, request, cursor: start.cursor)
            if request.hello == nil { filters.noteTaken(subscription) }
            if let known = status.snapshot.filters, known != subscription.fingerprint { sight = StreamSight() }
            status.update { $0.filters = subscription.fingerprint }
            let decompressor = try dictionary.map { dictionary throws(WebSocketError) in
                try JetstreamReader.decompressor(dictionary)
            }
            let intake = MessageIntake(
                queue: queue,
                source: StreamSource(
                    host: endpoint.host,
                    wire: endpoint.wire,
                    connection: status.snapshot.connections
                ),
                clock: clock,
                decompressor: decompressor,
                beginning: BeginningCheck(
                    endpoint: endpoint,
                    start: start,
                    lookBack: configuration.lookBack,
                    isAskedAsBefore: subscription == storedWith
                )
            )
            var session = ReadingSession(
                connection: connection,
                intake: intake,
                surroundings: surroundings(endpoint),
                beganLive: start.isLive,
                request: (subscription, wanted, request.hello == nil),
                sight: sight,
                healing: healing
            )
            defer {
                session.noteEnd()
                takeUp(session)
            }
            return session.run { self.stopping }
        } catch {
            return ConnectionEnd(error: error, wasOpen: false)
        }
    }

    private func open(
        _ endpoint: JetstreamEndpoint,
        _ request: SubscriptionRequest,
        cursor: Int64
    ) throws(WebSocketError) -> WebSocketConnection {
        var configuration = socketConfiguration(try endpoint.url.with(target: request.target))
        configuration.subprotocol = endpoint.wire == .v2 ? "xrpc.v1.json" : nil
        let connection = try WebSocketConnection.open(configuration, wake: wake)
        if let hello = request.hello { try connection.send(text: hello) }
        status.update { $0.connections += 1 }
        status.enter(.connected, atMicroseconds: clock.now())
        logger.info(
            "Connected",
            metadata: ["host": "\(endpoint.host)", "wire": "\(endpoint.wire.rawValue)", "cursor": "\(cursor)"]
        )
        return connection
    }

    private func socketConfiguration(_ url: WebSocketURL) -> WebSocketConfiguration {
        WebSocketConfiguration(
            url: url,
            caFile: configuration.caFile,
            proxy: configuration.proxy,
            userAgent: configuration.userAgent
        )
    }

    private func surroundings(_ endpoint: JetstreamEndpoint) -> ReadingSession.Surroundings {
        ReadingSession.Surroundings(
            queue: queue,
            limits: configuration.limits,
            clock: clock,
            status: status,
            subscriptions: subscriptions,
            say: { [logger] words in
                logger.notice("The stream", metadata: ["host": "\(endpoint.host)", "says": "\(words)"])
            }
        )
    }

    /// Takes up what a connection has learned.
    private func takeUp(_ session: ReadingSession) {
        sight = session.sight
        if session.isSubscriptionTaken { filters.noteTaken(session.subscription) }
        // What the host no longer has is not asked for again.
        if healing != nil, let gap = session.gap { planner.rewind(toMicroseconds: gap.toMicroseconds) }
        if healing != nil, session.healing == nil {
            healing = nil
            planner.rewind(toMicroseconds: nil)
        }
        hasChangedFilters = session.subscription != lastSent
        lastSent = session.subscription
    }

    // MARK: Dictionaries

    private static func decompressor(_ dictionary: ZstdDictionary) throws(WebSocketError) -> ZstdDecompressor {
        do {
            return try ZstdDecompressor(dictionary: dictionary)
        } catch {
            throw .systemCallFailed(name: "ZSTD_createDCtx", errorNumber: 12)
        }
    }

    private func dictionary(for endpoint: JetstreamEndpoint) -> ZstdDictionary? {
        let isPlain = endpoint.wire == .v1 && configuration.dictionary == nil && configuration.isCompressionWanted
        if isPlain, !hasSaidUncompressed {
            hasSaidUncompressed = true
            logger.notice("v1 is read uncompressed: there is no dictionary", metadata: ["host": "\(endpoint.host)"])
        }
        return compression.dictionary(for: endpoint, download: download) { error in
            logger.notice(
                "The host's dictionary cannot be had; its stream is read as plain text",
                metadata: ["host": "\(endpoint.host)", "error": "\(error)"]
            )
        }
    }

    func download(_ endpoint: JetstreamEndpoint) throws -> ZstdDictionary {
        let url = try endpoint.url.with(target: JetstreamHost.dictionaryPath)
        let request = ResourceRequest(
            configuration: socketConfiguration(url),
            maximumBytes: ZstdDictionary.maximumBytes
        )
        return try ZstdDictionary(request.get(wake: wake))
    }
}
