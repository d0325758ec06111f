/// What keeps the simulator from doing what it was told.
package enum SimulatorError: Error, CustomStringConvertible {
    case configuration(String)
    /// A file could not be read or written.
    case file(path: String, reason: String)
    /// The address cannot be listened on.
    case bind(address: String, port: Int, reason: String)
    /// A zstd dictionary cannot be used or made.
    case dictionary(String)
    /// A stream cannot be recorded from there.
    case recording(url: String, reason: String)

    package var description: String {
        switch self {
        case .configuration(let reason): reason
        case .file(let path, let reason): "\(path): \(reason)"
        case .bind(let address, let port, let reason): "cannot listen on \(address) port \(port): \(reason)"
        case .dictionary(let reason): "dictionary: \(reason)"
        case .recording(let url, let reason): "\(url): \(reason)"
        }
    }
}
