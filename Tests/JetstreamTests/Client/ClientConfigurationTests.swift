import TestSupport
import Testing

@testable import Jetstream

struct ClientConfigurationTests {
    private static func error(_ change: (inout JetstreamClient.Configuration) -> Void) -> JetstreamError? {
        var configuration = JetstreamClient.Configuration(hosts: ["jetstream.example"])
        change(&configuration)
        do throws(JetstreamError) {
            _ = try JetstreamClient(configuration)
            return nil
        } catch {
            return error
        }
    }

    @Test func `says what is wrong before a host is asked`() throws {
        #expect(Self.error { _ in } == nil)
        #expect(Self.error { $0.hosts = [] } == .noHost)
        let collections = Array(repeating: "a.b.c", count: 101)
        #expect(
            Self.error { $0.wantedCollections = collections }
                == .tooManyFilters("wantedCollections", count: 101, maximum: 100)
        )
        #expect(
            Self.error { $0.wantedDids = Array(repeating: "did:plc:a", count: 10_001) }
                == .tooManyFilters("wantedDids", count: 10_001, maximum: 10_000)
        )
        guard case .unusableHost("https://a.example", _) = Self.error({ $0.hosts.append("https://a.example") }) else {
            return #expect(Bool(false), "https is no scheme of a WebSocket")
        }
        guard case .unusableCAFile("/nowhere.pem", _) = Self.error({ $0.caFile = "/nowhere.pem" }) else {
            return #expect(Bool(false), "there is no such file")
        }
        guard case .unusableDictionary("/nowhere", _) = Self.error({ $0.dictionaryFile = "/nowhere" }) else {
            return #expect(Bool(false), "there is no such dictionary")
        }
    }

    @Test func `takes no proxy for none, and says nothing of a password`() throws {
        #expect(Self.error { $0.proxy = "" } == nil)
        #expect(Self.error { $0.proxy = "http://user:secret@proxy.example:3128" } == nil)
        let error = try #require(Self.error { $0.proxy = "socks5://user:secret@proxy.example" })
        guard case .unusableProxy = error else { return #expect(Bool(false), "another error: \(error)") }
        #expect(!error.description.contains("secret"))
    }

    @Test func `takes any look-back`() {
        #expect(Self.error { $0.lookBack = .seconds(Int64.max) } == nil)
        #expect(Self.error { $0.lookBack = .seconds(-5) } == nil)
    }
}
