import Jetstream
import Logging

extension JetstreamReader.Configuration {
    /// What the settings ask of the reader.
    ///
    /// - Parameters:
    ///   - settings: those of the stream.
    ///   - logger: told, once, that v1 is read as plain text for want of a dictionary.
    /// - Throws: `WebSocketError` for a host that is no URL; `ZstdDictionaryError` for a file that is not v1's dictionary.
    init(_ settings: Settings.Jetstream, logger: Logger) throws {
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
        if let file = settings.dictionaryFile {
            dictionary = try ZstdDictionary.v1(fileAt: file)
        } else if settings.compress, hosts.contains(where: { $0.endpoints.contains { $0.wire == .v1 } }) {
            logger.notice("v1 hosts are read uncompressed: jetstream.dictionaryFile names no dictionary")
        }
    }
}

extension Settings.Jetstream {
    /// The filters.
    var subscription: Subscription {
        Subscription(wantedCollections: wantedCollections, wantedDids: wantedDids)
    }
}
