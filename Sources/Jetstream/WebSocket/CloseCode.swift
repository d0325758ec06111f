/// The status codes of close frames (RFC 6455 7.4).
package enum CloseCode {
    /// The purpose of the connection is fulfilled.
    package static let normal: UInt16 = 1000
    /// This side goes away, as a program does that ends.
    package static let goingAway: UInt16 = 1001
    static let protocolError: UInt16 = 1002
    static let invalidPayload: UInt16 = 1007
    static let policyViolation: UInt16 = 1008
    static let messageTooBig: UInt16 = 1009

    /// Whether a close frame may carry `code`.
    ///
    /// 1004, 1005, 1006 and 1015 never travel; below 3000 only what is registered does (1012 to 1014 since the RFC).
    static func mayBeSent(_ code: UInt16) -> Bool {
        switch code {
        case 1000...1003, 1007...1014, 3000...4999: true
        default: false
        }
    }
}
