package import Foundation

/// Certificates made for one test, in a folder that goes with it.
package final class TestCertificates {
    package enum Server: String, Sendable {
        /// For 127.0.0.1 and localhost.
        case rightName = "IP:127.0.0.1,DNS:localhost"
        case wrongName = "DNS:elsewhere.example"
    }

    package let folder: URL

    package init() throws {
        folder = FileManager.default.temporaryDirectory.appendingPathComponent("windsock-tls-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    }

    deinit {
        // Left behind it harms nobody: it is a temporary folder.
        try? FileManager.default.removeItem(at: folder)
    }

    /// Makes an authority, and returns the file to trust.
    package func makeAuthority(_ name: String) throws -> String {
        let configuration = """
            [req]
            distinguished_name = subject
            x509_extensions = authority
            [subject]
            [authority]
            basicConstraints = critical,CA:TRUE
            keyUsage = critical,keyCertSign
            subjectKeyIdentifier = hash
            """
        try configuration.write(to: folder.appendingPathComponent("authority.conf"), atomically: true, encoding: .utf8)
        try openssl(
            "req -x509 -config authority.conf -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 2",
            "-subj /CN=\(name) -keyout \(name).key -out \(name).pem"
        )
        return path("\(name).pem")
    }

    /// Makes a certificate for 127.0.0.1 and localhost that no authority signed.
    package func makeSelfSigned() throws -> (certificate: String, key: String) {
        try openssl(
            "req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 2 -subj /CN=localhost",
            "-addext subjectAltName=\(Server.rightName.rawValue) -keyout self.key -out self.pem"
        )
        return (path("self.pem"), path("self.key"))
    }

    /// Makes a server's certificate that `authority` signed.
    package func makeServer(_ server: Server, signedBy authority: String) throws -> (certificate: String, key: String) {
        let extensions = "subjectAltName=\(server.rawValue)\nextendedKeyUsage=serverAuth\n"
        try extensions.write(to: folder.appendingPathComponent("server.ext"), atomically: true, encoding: .utf8)
        try openssl(
            "req -new -config authority.conf -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -subj /CN=server",
            "-keyout server.key -out server.csr"
        )
        try openssl(
            "x509 -req -in server.csr -CA \(authority).pem -CAkey \(authority).key -set_serial 2 -days 2",
            "-extfile server.ext -out server.pem"
        )
        return (path("server.pem"), path("server.key"))
    }

    private func openssl(_ arguments: String...) throws {
        let words = arguments.joined(separator: " ").split(separator: " ").map(String.init)
        try TestProgram.run("openssl", words, in: folder)
    }

    private func path(_ name: String) -> String {
        folder.appendingPathComponent(name).path
    }
}
