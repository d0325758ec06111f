import Jetstream
import JetstreamSimulator
import Store
import TestSupport
import Testing

/// Filters that change while the stream is read, and filters that a server does not take.
struct FilterChangeTests {
    private static let posts = "app.bsky.feed.post"
    private static let likes = "app.bsky.feed.like"

    private static func configuration(_ rig: StreamRig, _ wire: Wire) throws -> JetstreamReader.Configuration {
        try rig.configuration(wire) { configuration in
            configuration.subscription = Subscription(wantedCollections: [posts])
            configuration.limits.hostRest = .milliseconds(10)
        }
    }

    /// More than a request line takes.
    private static let many = Subscription(
        wantedDids: [did("alice")] + (0..<200).map { did("somebody \($0)") }
    )

    @Test func `v1 is sent other filters on the same connection`() async throws {
        let rig = try await StreamRig()
        try rig.begin()
        try await rig.run(try Self.configuration(rig, .v1)) { reader in
            rig.make(0..<10, of: Self.likes)
            rig.make(10..<20, of: Self.posts)
            // The server has come past the likes, too.
            try await rig.waitForStored(10..<20, reader)
            reader.change(Subscription(wantedCollections: [Self.likes]))
            try await eventually("they were taken") { rig.server.statistics().optionsUpdates.count == 1 }
            rig.make(20..<30, of: Self.posts)
            rig.make(30..<40, of: Self.likes)
            try await rig.waitForStored(30..<40, reader)
        }
        #expect(try rig.stored() == Set((Array(10..<20) + Array(30..<40)).map { StreamRig.key(Int64($0)) }))
        #expect(rig.server.statistics().connectionsOpened == 1)
        try await rig.stopServers()
    }

    @Test func `v2 is asked for other filters on a new connection, and loses nothing`() async throws {
        let rig = try await StreamRig()
        try rig.begin()
        try await rig.run(try Self.configuration(rig, .v2)) { reader in
            rig.make(0..<10, of: Self.posts)
            try await rig.waitForStored(0..<10, reader)
            reader.change(Subscription(wantedCollections: [Self.likes, Self.posts]))
            rig.make(10..<20, of: Self.likes)
            rig.make(20..<30, of: Self.posts)
            try await rig.waitForStored(0..<30, reader)
        }
        #expect(rig.server.statistics().connectionsOpened == 2)
        #expect(rig.server.statistics().optionsUpdates.isEmpty)
        try rig.expectHonestLedger()
        try await rig.stopServers()
    }

    @Test(arguments: [UInt16(1_007), 1_008])
    func `filters that v1 closes over go back to the old ones`(code: UInt16) async throws {
        let rig = try await StreamRig { $0.optionsRefusalCode = code }
        try rig.begin()
        try await rig.run(try Self.configuration(rig, .v1)) { reader in
            rig.make(0..<10, of: Self.posts)
            try await rig.waitForStored(0..<10, reader)
            reader.change(Subscription(wantedCollections: [Self.likes]))
            try await eventually("it is connected again") { rig.server.statistics().connectionsOpened == 2 }
            #expect(reader.status.snapshot.lastError?.contains("\(code)") == true)
            rig.make(10..<20, of: Self.posts)
            try await rig.waitForStored(10..<20, reader)
            #expect(reader.status.snapshot.resting == nil)
        }
        #expect(rig.server.statistics().connectionsOpened == 2, "what was refused is not sent again")
        try rig.expectHonestLedger()
        try await rig.stopServers()
    }

    @Test func `filters that v2 answers with 400 go back to the old ones`() async throws {
        let rig = try await StreamRig()
        try rig.begin()
        try await rig.run(try Self.configuration(rig, .v2)) { reader in
            rig.make(0..<10, of: Self.posts)
            try await rig.waitForStored(0..<10, reader)
            reader.change(Subscription(wantedCollections: ["no collection"]))
            try await eventually("it is connected again") { rig.server.statistics().connectionsOpened == 2 }
            #expect(reader.status.snapshot.lastError?.contains("invalid collection") == true)
            rig.make(10..<20, of: Self.posts)
            try await rig.waitForStored(10..<20, reader)
            #expect(reader.status.snapshot.resting == nil)
        }
        #expect(rig.server.statistics().refusals == 1)
        try rig.expectHonestLedger()
        try await rig.stopServers()
    }

    @Test func `filters that are long are sent to v1 as its first message, on every connection`() async throws {
        let rig = try await StreamRig()
        try rig.begin()
        rig.make(0..<50)
        var configuration = try rig.configuration(.v1)
        configuration.subscription = Self.many
        try await rig.run(configuration) { reader in
            try await rig.waitForStored(0..<50, reader)
            await rig.server.cutNow()
            rig.make(50..<100)
            try await rig.waitForStored(50..<100, reader)
        }
        #expect(rig.server.statistics().optionsUpdates == [Self.many.optionsUpdate, Self.many.optionsUpdate])
        try rig.expectHonestLedger()
        try await rig.stopServers()
    }

    @Test func `a first message that no host takes ends the program, with their words`() async throws {
        let rig = try await StreamRig { $0.optionsRefusalCode = 1_008 }
        try rig.begin()
        var configuration = try rig.configuration(.v1)
        configuration.subscription = Self.many
        let reader = try rig.reader(configuration)
        let refused = await #expect(throws: StreamRefused.self) { try await reader.run() }
        #expect(refused?.description.contains("options updates are refused") == true)
        try await rig.stopServers()
    }
}
