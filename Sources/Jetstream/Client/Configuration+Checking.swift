import Glibc

extension JetstreamClient.Configuration {
    /// A look-back beyond this is as good as for ever.
    private static let longestLookBack: Duration = .seconds(100 * 366 * 86_400)

    /// Checks what can be checked before a host is asked, and puts it as the reader wants it.
    func reading() throws(JetstreamError) -> JetstreamReader.Configuration {
        try JetstreamError.limit("wantedCollections", wantedCollections.count, to: Subscription.maximumCollections)
        try JetstreamError.limit("wantedDids", wantedDids.count, to: Subscription.maximumDids)
        var reading = JetstreamReader.Configuration(
            hosts: try readHosts(),
            subscription: Subscription(wantedCollections: wantedCollections, wantedDids: wantedDids),
            caFile: try readableCAFile(),
            userAgent: userAgent
        )
        reading.proxy = try checkedProxy()
        reading.isCompressionWanted = isCompressionWanted
        reading.dictionary = try dictionary()
        reading.lookBack = min(max(.zero, lookBack), Self.longestLookBack)
        return reading
    }

    private func readHosts() throws(JetstreamError) -> [JetstreamHost] {
        guard !hosts.isEmpty else { throw .noHost }
        var read: [JetstreamHost] = []
        for host in hosts {
            do throws(WebSocketError) {
                read.append(try JetstreamHost(host))
            } catch {
                throw .unusableHost(host, reason: error.description)
            }
        }
        return read
    }

    /// libcurl reads the file at every connection, where a wrong path would be one more failure to be tried again.
    private func readableCAFile() throws(JetstreamError) -> String? {
        guard let caFile else { return nil }
        guard access(caFile, R_OK) == 0 else {
            throw .unusableCAFile(caFile, reason: String(cString: strerror(errno)))
        }
        return caFile
    }

    private func checkedProxy() throws(JetstreamError) -> String? {
        guard let proxy, !proxy.isEmpty else { return proxy }
        do throws(WebSocketError) {
            _ = try ProxyAddress(proxy)
        } catch {
            throw .unusableProxy(reason: error.description)
        }
        return proxy
    }

    private func dictionary() throws(JetstreamError) -> ZstdDictionary? {
        guard let dictionaryFile else { return nil }
        do throws(ZstdDictionaryError) {
            return try ZstdDictionary.v1(fileAt: dictionaryFile)
        } catch {
            throw .unusableDictionary(dictionaryFile, reason: error.description)
        }
    }
}

extension JetstreamError {
    fileprivate static func limit(_ name: String, _ count: Int, to maximum: Int) throws(JetstreamError) {
        guard count <= maximum else { throw .tooManyFilters(name, count: count, maximum: maximum) }
    }
}
