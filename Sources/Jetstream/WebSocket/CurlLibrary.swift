import CCurl

/// What is true of libcurl as a whole: set up once for the process.
enum CurlLibrary {
    // A static value is initialised once, whichever thread comes first; libcurl is never cleaned up, as its manual
    // allows for a library that is used until the process ends.
    private static let initialisation = curl_global_init(Int(CURL_GLOBAL_DEFAULT))

    /// Sets libcurl up, and finds out whether it can do what is asked.
    ///
    /// - Parameter isSecure: whether TLS is needed.
    /// - Throws: `WebSocketError.couldNotConnect`.
    static func require(isSecure: Bool) throws(WebSocketError) {
        try check(initialisation)
        guard !isSecure || windsock_curl_supports_tls() else {
            let version = String(cString: curl_version())
            throw failure(CURLE_UNSUPPORTED_PROTOCOL, message: "\(version) was built without TLS, which wss needs")
        }
    }

    /// Throws the error for any code but CURLE_OK.
    static func check(_ code: CURLcode) throws(WebSocketError) {
        guard code == CURLE_OK else { throw failure(code, message: describe(code)) }
    }

    /// libcurl's own words for a code.
    static func describe(_ code: CURLcode) -> String {
        String(cString: curl_easy_strerror(code))
    }

    /// The error for a connection that did not come about.
    static func failure(_ code: CURLcode, message: String) -> WebSocketError {
        switch code {
        case CURLE_OPERATION_TIMEDOUT:
            .handshakeTimedOut
        case CURLE_PEER_FAILED_VERIFICATION, CURLE_SSL_ISSUER_ERROR, CURLE_SSL_INVALIDCERTSTATUS:
            .certificateRefused(message: message)
        case CURLE_SSL_CACERT_BADFILE:
            .unusableCAFile(message: message)
        default:
            .couldNotConnect(curlCode: code.rawValue, message: message)
        }
    }
}
