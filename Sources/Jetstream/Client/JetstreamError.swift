/// Why a stream cannot be read.
///
/// Only what trying again would not change is an error: interruptions, and hosts that cannot be reached, are dealt with
/// inside. Words of servers and systems are passed on as they came.
public enum JetstreamError: Error, Sendable, Equatable {
    /// The configuration names no host.
    case noHost
    /// A host is neither a `ws://` or `wss://` URL nor a host name.
    case unusableHost(String, reason: String)
    /// The proxy's address is none; the words hold nothing of a password.
    case unusableProxy(reason: String)
    /// The file of certificates, at that path, cannot be read.
    case unusableCAFile(String, reason: String)
    /// The file at that path is not the zstd dictionary of v1.
    case unusableDictionary(String, reason: String)
    /// There are more filters of a name (`wantedCollections`, `wantedDids`) than a server takes.
    case tooManyFilters(String, count: Int, maximum: Int)
    /// Every host refuses what is asked for, and none was ever open: perhaps a filter is wrong.
    case refused([Answer])
    /// The system refused what every reading needs, such as a file descriptor.
    case systemFailure(reason: String)

    /// What a host said when it refused.
    public struct Answer: Sendable, Equatable {
        /// Its name, with the port where it is not the usual one.
        public let host: String
        /// Its words.
        public let words: String
    }
}

extension JetstreamError: CustomStringConvertible {
    /// The error in words for a person.
    public var description: String {
        switch self {
        case .noHost: "no host is named"
        case .unusableHost(let host, let reason): "the host \(host) cannot be used: \(reason)"
        case .unusableProxy(let reason): "the proxy cannot be used: \(reason)"
        case .unusableCAFile(let path, let reason): "the certificates in \(path) cannot be used: \(reason)"
        case .unusableDictionary(let path, let reason): "the dictionary \(path) cannot be used: \(reason)"
        case .tooManyFilters(let name, let count, let maximum):
            "\(name): at most \(maximum) are taken (got \(count))"
        case .refused(let answers):
            "no host takes what is asked for: "
                + answers.map { "\($0.host): \($0.words)" }.joined(separator: "; ")
        case .systemFailure(let reason): reason
        }
    }
}
