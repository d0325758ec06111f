import NIOHTTP1

/// Who becomes a subscriber, and what the others are told.
enum Admission {
    /// A request that was let in, and the decisions that went with it.
    static func answer(to request: HTTPRequestHead, _ context: SimulatorContext) -> HTTPAnswer? {
        let (path, query) = SubscribeRequest.split(request.uri)
        if path == SubscribeRequest.dictionaryPath, context.configuration.wires.contains(.v2) {
            return dictionary(query, context)
        }
        guard let wire = SubscribeRequest.wire(of: path), context.configuration.wires.contains(wire) else {
            return .text(.notFound, "404 page not found")
        }
        if let answer = protocolViolation(of: request, on: wire) {
            return answer
        }
        if let refusal = context.faults.refusal() {
            return refusal.answer(on: wire)
        }
        do {
            let query = try SubscribeRequest.query(of: request)
            _ = try context.start(of: query)
            if let id = query.dictionaryID {
                try check(id, context)
            }
            return nil
        } catch {
            return .error(.badRequest, on: wire, name: error.name.rawValue, error.message)
        }
    }

    private static func protocolViolation(of request: HTTPRequestHead, on wire: Wire) -> HTTPAnswer? {
        guard request.method == .GET else {
            return .error(.methodNotAllowed, on: wire, name: "InvalidRequest", "Method Not Allowed")
        }
        let upgrades = request.headers[canonicalForm: "Upgrade"].contains { $0.lowercased() == "websocket" }
        let connects = request.headers[canonicalForm: "Connection"].contains { $0.lowercased() == "upgrade" }
        guard upgrades, connects else {
            var answer = HTTPAnswer.error(
                .upgradeRequired,
                on: wire,
                name: "InvalidRequest",
                "WebSocket protocol violation: Connection and Upgrade headers must ask for websocket"
            )
            answer.headers.append(("Upgrade", "websocket"))
            return answer
        }
        guard request.headers["Sec-WebSocket-Version"] == ["13"], request.headers["Sec-WebSocket-Key"].count == 1 else {
            return .error(
                .badRequest,
                on: wire,
                name: "InvalidRequest",
                "WebSocket protocol violation: unsupported Sec-WebSocket-Version or missing key"
            )
        }
        return nil
    }

    private static func check(_ id: UInt32, _ context: SimulatorContext) throws(SubscribeQuery.Refusal) {
        guard let current = context.dictionaries.current(.v2) else {
            throw SubscribeQuery.Refusal("no zstd dictionary can be had", name: .unknownDictionary)
        }
        guard current.id == id else {
            throw SubscribeQuery.Refusal(
                "unknown zstd dictionary \(id); the current one is \(current.id)",
                name: .unknownDictionary
            )
        }
    }

    private static func dictionary(_ query: Substring, _ context: SimulatorContext) -> HTTPAnswer {
        context.count { $0.dictionaryRequests += 1 }
        let wanted = PercentText.pairs(of: query).last { $0.name == "id" }?.value
        if let wanted, UInt32(wanted) == nil {
            return .json(.badRequest, error: "InvalidRequest", "invalid id: \"\(wanted)\"")
        }
        guard let current = context.dictionaries.current(.v2), wanted.map({ UInt32($0) == current.id }) ?? true else {
            return .json(.notFound, error: "DictionaryNotFound", "no such zstd dictionary")
        }
        return HTTPAnswer(
            status: .ok,
            headers: [
                ("Content-Type", "application/octet-stream"),
                ("ETag", "\"zstd-dict-\(current.id)\""),
                ("X-Zstd-Dictionary-Id", String(current.id)),
                ("Cache-Control", "public, max-age=31536000, immutable"),
            ],
            body: current.bytes
        )
    }
}
