/// Which dictionary each connection is asked to compress with.
///
/// v1 has one for all servers, from a file; v2 servers hand theirs out. None is ever needed: without one the stream is
/// read as plain text.
struct StreamCompression {
    /// Gets the dictionary of a v2 host, or throws why it cannot be had.
    typealias Download = (JetstreamEndpoint) throws -> ZstdDictionary

    private let isWanted: Bool
    private let v1: ZstdDictionary?
    /// By host.
    private var v2: [String: ZstdDictionary] = [:]
    /// By host and wire: those that failed with it, for as long as the program runs.
    private var given: Set<String> = []

    /// Takes the dictionary of v1, or nil when there is none.
    init(isWanted: Bool, v1: ZstdDictionary?) {
        self.isWanted = isWanted
        self.v1 = v1
    }

    /// What a connection to the endpoint is to be compressed with; nil for plain text.
    ///
    /// - Parameters:
    ///   - endpoint: where the stream is asked for.
    ///   - download: gets a dictionary that is not there yet; when it fails, this host is read as plain text from now on.
    ///   - onFailure: told why it failed.
    /// - Returns: the dictionary.
    mutating func dictionary(
        for endpoint: JetstreamEndpoint,
        download: Download,
        onFailure: (any Error) -> Void
    ) -> ZstdDictionary? {
        guard isWanted, !given.contains(StreamCompression.key(endpoint)) else { return nil }
        guard endpoint.wire == .v2 else { return v1 }
        if let known = v2[endpoint.host] { return known }
        do {
            let dictionary = try download(endpoint)
            v2[endpoint.host] = dictionary
            return dictionary
        } catch {
            // A host that could not be reached may have one the next time.
            if StreamCompression.isFinal(error) { given.insert(StreamCompression.key(endpoint)) }
            onFailure(error)
            return nil
        }
    }

    /// Takes note that a server does not know the dictionary, or compresses with another one.
    ///
    /// A v2 server is asked for a new one, once; when that is the same, the host is read as plain text from then on.
    ///
    /// - Parameters:
    ///   - endpoint: where that happened.
    ///   - download: gets the dictionary of today.
    /// - Returns: whether it goes on compressed.
    mutating func renew(for endpoint: JetstreamEndpoint, download: Download) -> Bool {
        let old = v2.removeValue(forKey: endpoint.host)
        if endpoint.wire == .v2, let new = try? download(endpoint), new.id != old?.id {
            v2[endpoint.host] = new
            return true
        }
        given.insert(StreamCompression.key(endpoint))
        return false
    }

    /// Whether there is none to be had, or only one that is of no use.
    private static func isFinal(_ error: any Error) -> Bool {
        switch error {
        case WebSocketError.refused(let status, _, _): status != 408 && status != 429 && status < 500
        case is WebSocketError: false
        default: true
        }
    }

    private static func key(_ endpoint: JetstreamEndpoint) -> String { "\(endpoint.host) \(endpoint.wire)" }
}
