import Foundation
import TestSupport
import Testing

@Suite struct ServiceUnitTests {
    private static let program = "/usr/local/bin/windsock"
    private static let analyzer = ["/usr/bin/systemd-analyze", "/bin/systemd-analyze"]
        .first { FileManager.default.isExecutableFile(atPath: $0) }

    @Test(.enabled(if: analyzer != nil, "systemd-analyze is not installed here"))
    func `passes systemd's own check without a warning`() async throws {
        let analyzer = try #require(Self.analyzer)
        let folder = try TemporaryFolder()
        let built = try CommandRunner.product("windsock").path
        let text = try Repository.text("systemd/windsock.service").replacing(Self.program, with: built)
        let file = try folder.write(text, to: "windsock.service")
        let outcome = try await CommandRunner.run(analyzer, ["verify", file])
        #expect(outcome.exitCode == 0)
        #expect(outcome.standardError.isEmpty, "\(outcome.standardError)")
    }

    @Test func `starts a command that the program knows`() async throws {
        let unit = try Repository.text("systemd/windsock.service")
        let line = try #require(unit.split(separator: "\n").first { $0.hasPrefix("ExecStart=\(Self.program) ") })
        let arguments = line.split(separator: " ").dropFirst().map(String.init)
        let help = try await CommandRunner.run("windsock", Array(arguments.prefix(1)) + ["--help"])
        #expect(help.exitCode == 0)
        for option in arguments where option.hasPrefix("--") {
            #expect(help.standardOutput.contains("\(option) <"))
        }
    }
}
