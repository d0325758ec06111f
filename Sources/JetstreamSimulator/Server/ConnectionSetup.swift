import NIOCore
import NIOHTTP1
import NIOWebSocket

/// The pipeline of a new connection: HTTP first, then a subscription or a refusal.
enum ConnectionSetup {
    /// What waits in the process for one client before the log is no longer read for it.
    private static let waterMark = ChannelOptions.Types.WriteBufferWaterMark(low: 262_144, high: 1_048_576)
    /// The largest frame that a client may send: the real server's limit for option updates.
    private static let mostFrameBytes = 10_000_000

    static func configure(_ channel: any Channel, _ context: SimulatorContext) -> EventLoopFuture<Void> {
        channel.setOption(.writeBufferWaterMark, value: waterMark).flatMapThrowing {
            let upgrader = NIOTypedWebSocketServerUpgrader<Void>(
                maxFrameSize: mostFrameBytes,
                shouldUpgrade: { channel, request in
                    channel.eventLoop.makeSucceededFuture(query(of: request) == nil ? nil : HTTPHeaders())
                },
                upgradePipelineHandler: { channel, request in subscribe(channel, request, context) }
            )
            let refuse: @Sendable (any Channel) -> EventLoopFuture<Void> = { channel in
                channel.eventLoop.makeCompletedFuture {
                    try channel.pipeline.syncOperations.addHandler(RefusalHandler(context: context))
                }
            }
            let upgrade = NIOTypedHTTPServerUpgradeConfiguration(
                upgraders: [upgrader], notUpgradingCompletionHandler: refuse
            )
            // How the negotiation ends shows in the pipeline; its result is of no use to anybody.
            _ = try channel.pipeline.syncOperations.configureUpgradableHTTPServerPipeline(
                configuration: .init(upgradeConfiguration: upgrade)
            )
        }
    }

    /// The subscription that a request asks for; nil if it is for another path, another method, or wrong.
    private static func query(of request: HTTPRequestHead) -> SubscribeQuery? {
        let (path, query) = SubscribeRequest.split(request.uri)
        guard request.method == .GET, path == SubscribeRequest.path else { return nil }
        return try? SubscribeQuery(query)
    }

    private static func subscribe(
        _ channel: any Channel, _ request: HTTPRequestHead, _ context: SimulatorContext
    ) -> EventLoopFuture<Void> {
        channel.eventLoop.makeCompletedFuture {
            guard let query = query(of: request) else {
                preconditionFailure("a request was upgraded that was not found good before")
            }
            let writer = RawFrameWriter()
            try channel.pipeline.syncOperations.addHandler(writer, position: .first)
            try channel.pipeline.syncOperations.addHandler(
                SubscribeHandler(shared: context, query: query, writer: writer)
            )
        }
    }
}
