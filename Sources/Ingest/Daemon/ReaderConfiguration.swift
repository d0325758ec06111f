import Jetstream

extension JetstreamReader.Configuration {
    /// What the settings ask of the reader.
    ///
    /// - Parameter settings: those of the stream.
    /// - Throws: `WebSocketError` for a host that is no URL; `ZstdDictionaryError` for a file that is not v1's dictionary.
    init(_ settings: Settings.Jetstream) throws {
        var hosts: [JetstreamHost] = []
        for host in settings.hosts { hosts.append(try JetstreamHost(host)) }
        self.init(
            hosts: hosts,
            subscription: settings.subscription,
            caFile: settings.caFile,
            userAgent: Ingest.userAgent(contact: settings.contact)
        )
        proxy = settings.proxy
        isCompressionWanted = settings.compress
        lookBack = .seconds(settings.lookBackHours * 3600)
        dictionary = try settings.dictionaryFile.map { try ZstdDictionary.v1(fileAt: $0) }
    }
}

extension Settings.Jetstream {
    /// The filters.
    var subscription: Subscription {
        Subscription(wantedCollections: wantedCollections, wantedDids: wantedDids)
    }
}
