import NIOCore
import NIOHTTP1
import NIOWebSocket

/// The pipeline of a new connection: HTTP first, then a refusal or a subscription.
enum ConnectionSetup {
    /// What waits in the process for one client before the log is no longer read for it.
    private static let waterMark = ChannelOptions.Types.WriteBufferWaterMark(low: 262_144, high: 1_048_576)
    /// The largest frame that is read: the real server's limit for options updates.
    private static let mostFrameBytes = ClientMessages.mostBytes

    static func configure(_ channel: any Channel, _ context: SimulatorContext) -> EventLoopFuture<Void> {
        channel.setOption(.writeBufferWaterMark, value: waterMark).flatMapThrowing {
            let upgrader = NIOTypedWebSocketServerUpgrader<Void>(
                maxFrameSize: mostFrameBytes,
                shouldUpgrade: { channel, request in channel.eventLoop.makeSucceededFuture(headers(for: request)) },
                upgradePipelineHandler: { channel, request in subscribe(channel, request, context) }
            )
            let upgrade = NIOTypedHTTPServerUpgradeConfiguration(
                upgraders: [upgrader],
                // What cannot be upgraded was refused before.
                notUpgradingCompletionHandler: { channel in channel.close() }
            )
            let pipeline = channel.pipeline.syncOperations
            // How the negotiation ends shows in the pipeline; its result is of no use to anybody.
            _ = try pipeline.configureUpgradableHTTPServerPipeline(
                configuration: .init(upgradeConfiguration: upgrade)
            )
            let upgradeHandler = try pipeline.handler(type: NIOTypedHTTPServerUpgradeHandler<Void>.self)
            try pipeline.addHandler(RefusalHandler(context: context), position: .before(upgradeHandler))
        }
    }

    private static func headers(for request: HTTPRequestHead) -> HTTPHeaders {
        let wire = SubscribeRequest.wire(of: SubscribeRequest.split(request.uri).path)
        guard wire == .v2, SubscribeRequest.offersSubprotocol(request) else { return HTTPHeaders() }
        return ["Sec-WebSocket-Protocol": SubscribeRequest.subprotocol]
    }

    private static func subscribe(
        _ channel: any Channel,
        _ request: HTTPRequestHead,
        _ context: SimulatorContext
    ) -> EventLoopFuture<Void> {
        channel.eventLoop.makeCompletedFuture {
            let query = try SubscribeRequest.query(of: request)
            let writer = RawFrameWriter()
            try channel.pipeline.syncOperations.addHandler(writer, position: .first)
            try channel.pipeline.syncOperations.addHandler(
                try SubscribeHandler(shared: context, query: query, writer: writer)
            )
        }
    }
}
