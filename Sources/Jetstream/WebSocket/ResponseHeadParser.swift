/// Reads the head of an HTTP/1 answer from bytes that come in pieces of any size.
///
/// It is strict where leniency would let two readers disagree about one answer: lines end with CR LF, nothing is
/// folded, no control character passes (RFC 9112 sections 2.2 and 5). Interim answers (1xx other than 101) are
/// skipped, and count towards the same limits.
struct ResponseHeadParser {
    /// The most that is read before the first byte of a frame or body: an honest answer takes a few hundred bytes.
    static let maximumBytes = 64 * 1024
    /// The most headers, those of interim answers included.
    static let maximumHeaders = 100

    private static let lineFeed: UInt8 = 0x0A
    private static let carriageReturn: UInt8 = 0x0D
    private static let versionPrefix = Array("HTTP/1.".utf8)

    private var line: [UInt8] = []
    private var statusLine: (minorVersion: Int, status: Int)?
    private var headers: [ResponseHead.Header] = []
    private var byteCount = 0
    private var headerCount = 0

    /// Takes bytes from the front of `rest` until a head is complete.
    ///
    /// - Parameter rest: what arrived; afterwards what follows the head, or nothing when it is not complete yet.
    /// - Returns: the head, or nil when more bytes are needed.
    /// - Throws: `WebSocketError.invalidHandshake`, as soon as no further byte could make it right.
    mutating func parse(_ rest: inout UnsafeRawBufferPointer) throws(WebSocketError) -> ResponseHead? {
        for (offset, byte) in rest.enumerated() {
            byteCount += 1
            guard byteCount <= Self.maximumBytes else {
                throw .invalidHandshake(reason: "its head is longer than \(Self.maximumBytes) bytes")
            }
            guard let head = try take(byte) else { continue }
            rest = UnsafeRawBufferPointer(rebasing: rest[(offset + 1)...])
            return head
        }
        rest = UnsafeRawBufferPointer(rebasing: rest[rest.endIndex...])
        return nil
    }

    private mutating func take(_ byte: UInt8) throws(WebSocketError) -> ResponseHead? {
        if line.last == Self.carriageReturn {
            guard byte == Self.lineFeed else {
                throw .invalidHandshake(reason: "a carriage return stands inside a line")
            }
            line.removeLast()
            defer { line.removeAll(keepingCapacity: true) }
            return try endLine()
        }
        // A tab is the only control character that a header may hold.
        guard byte >= 0x20 && byte != 0x7F || byte == 0x09 || byte == Self.carriageReturn else {
            throw .invalidHandshake(reason: "it holds a control character")
        }
        if statusLine == nil, line.count < Self.versionPrefix.count, byte != Self.versionPrefix[line.count] {
            throw .invalidHandshake(reason: "it does not begin with an HTTP/1 status line")
        }
        line.append(byte)
        return nil
    }

    private mutating func endLine() throws(WebSocketError) -> ResponseHead? {
        guard let statusLine else {
            self.statusLine = try Self.parseStatusLine(line)
            return nil
        }
        guard line.isEmpty else {
            headerCount += 1
            guard headerCount <= Self.maximumHeaders else {
                throw .invalidHandshake(reason: "it has more than \(Self.maximumHeaders) headers")
            }
            headers.append(try Self.parseHeader(line))
            return nil
        }
        let head = ResponseHead(minorVersion: statusLine.minorVersion, status: statusLine.status, headers: headers)
        self.statusLine = nil
        headers = []
        let isInterim = (100..<200).contains(head.status) && head.status != 101
        return isInterim ? nil : head
    }

    private static func parseStatusLine(
        _ line: [UInt8]
    ) throws(WebSocketError) -> (minorVersion: Int, status: Int) {
        let digits = UInt8(ascii: "0")...UInt8(ascii: "9")
        let rest = line.dropFirst(versionPrefix.count)
        let parts = rest.split(separator: UInt8(ascii: " "), maxSplits: 2, omittingEmptySubsequences: false)
        guard
            parts.count >= 2, parts[0].count == 1, parts[1].count == 3,
            parts[0].allSatisfy(digits.contains), parts[1].allSatisfy(digits.contains)
        else {
            throw .invalidHandshake(reason: "its status line is malformed")
        }
        let status = parts[1].reduce(0) { $0 * 10 + Int($1 - digits.lowerBound) }
        guard (100...599).contains(status), let minorVersion = parts[0].first else {
            throw .invalidHandshake(reason: "its status \(status) does not exist")
        }
        return (Int(minorVersion - digits.lowerBound), status)
    }

    private static func parseHeader(_ line: [UInt8]) throws(WebSocketError) -> ResponseHead.Header {
        guard
            let colon = line.firstIndex(of: UInt8(ascii: ":")), colon > 0,
            line[..<colon].allSatisfy(isTokenByte)
        else {
            throw .invalidHandshake(reason: "one of its headers is malformed or folded")
        }
        func isBlank(_ byte: UInt8) -> Bool { byte == 0x20 || byte == 0x09 }
        let value = line[(colon + 1)...].drop(while: isBlank).reversed().drop(while: isBlank).reversed()
        return ResponseHead.Header(
            name: String(decoding: line[..<colon], as: UTF8.self).lowercased(),
            value: String(decoding: Array(value), as: UTF8.self)
        )
    }

    /// Whether a token, such as a header's name, may hold the byte (RFC 9110 5.6.2).
    static func isTokenByte(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"): true
        case UInt8(ascii: "0")...UInt8(ascii: "9"): true
        default: "!#$%&'*+-.^_`|~".utf8.contains(byte)
        }
    }
}
