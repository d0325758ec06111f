import Foundation
import Glibc
import JetstreamSimulator
import Store
import TestSupport
import Testing

/// The real program over wss, through TLS that is not libcurl's.
@Suite struct SecureStreamTests {
    private let certificates: TestCertificates

    init() throws {
        certificates = try TestCertificates()
    }

    private func rig() async throws -> DaemonRig {
        var configuration = SimulatorConfiguration()
        configuration.source = .generated(events: 500)
        return try await DaemonRig(configuration)
    }

    private func start(_ rig: DaemonRig, _ relay: TLSRelay, caFile: String) throws -> RunningProcess {
        let text = #"{"jetstream": {"hosts": ["wss://localhost:\#(relay.port)/subscribe"], "caFile": "\#(caFile)"}}"#
        let config = try rig.folder.write(text, to: "config.json")
        return try RunningProcess("windsock", ["run", "--config", config, "--database", rig.database], in: rig.folder)
    }

    private func relay(
        _ rig: DaemonRig,
        _ name: TestCertificates.Server,
        signedBy authority: String
    ) throws -> TLSRelay {
        let (certificate, key) = try certificates.makeServer(name, signedBy: authority)
        return try TLSRelay(certificate: certificate, key: key, backendPort: rig.server.port)
    }

    @Test func `a stream over wss is stored, with an authority of one's own`() async throws {
        let rig = try await rig()
        let expected = try ExpectedState(rig.server.events())
        let caFile = try certificates.makeAuthority("authority")
        let relay = try relay(rig, .rightName, signedBy: "authority")
        let daemon = try start(rig, relay, caFile: caFile)
        try await rig.waitForRows(Int64(expected.commits.count))
        #expect(try relay.readLine() == "alpn http/1.1", "the server prefers h2")
        #expect(try await rig.stop(daemon) == .exited(0))
        #expect(try expected.differences(from: rig.database) == [])
        try await rig.server.stop()
    }

    @Test(arguments: [(TestCertificates.Server.wrongName, "authority"), (.rightName, "other")])
    func `a server with another's name, or of an unknown authority, is refused, and the log says so`(
        name: TestCertificates.Server,
        authority: String
    ) async throws {
        let rig = try await rig()
        let caFile = try certificates.makeAuthority("authority")
        _ = try certificates.makeAuthority("other")
        let relay = try relay(rig, name, signedBy: authority)
        let daemon = try start(rig, relay, caFile: caFile)
        try await eventually("the certificate is refused: \(daemon.log)") {
            daemon.log.contains("Could not connect") && daemon.log.contains("certificate")
        }
        #expect(try await rig.stop(daemon) == .exited(0))
        #expect(try rig.totals().stored == 0)
        #expect(rig.server.statistics().connectionsOpened == 0)
        try await rig.server.stop()
    }
}
