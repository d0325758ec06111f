import Foundation

extension Settings {
    /// Reads a configuration file.
    ///
    /// - Parameter path: The file.
    /// - Returns: The settings that it asks for, with defaults for the rest.
    /// - Throws: ``SettingsError`` with every problem of the file.
    package static func load(fileAt path: String) throws(SettingsError) -> Settings {
        let outcome = SettingsFile.contents(ofFileAt: path).flatMap { data in
            parse(data, isReadable: SettingsFile.isReadable)
        }
        do {
            return try outcome.get()
        } catch {
            throw SettingsError(file: path, problems: error.problems)
        }
    }

    /// Reads a configuration's bytes.
    ///
    /// - Parameters:
    ///   - data: JSON.
    ///   - isReadable: Whether the file at a path can be read.
    /// - Returns: The settings that it asks for, with defaults for the rest; or every problem that it has.
    static func parse(
        _ data: Data,
        isReadable: @escaping (String) -> Bool
    ) -> Result<Settings, SettingsProblems> {
        SettingsFile.object(data).flatMap { object in
            var parser = SettingsParser(isReadable: isReadable)
            let settings = parser.settings(from: object)
            return parser.problems.isEmpty ? .success(settings) : .failure(SettingsProblems(problems: parser.problems))
        }
    }
}

/// The problems of a configuration, wherever it came from.
struct SettingsProblems: Error, Equatable {
    var problems: [SettingsProblem]

    init(problems: [SettingsProblem]) {
        self.problems = problems
    }

    init(unreadable reason: String) {
        problems = [.unreadable(reason)]
    }
}

/// A configuration file as the system hands it over.
private enum SettingsFile {
    /// Reads the file, or a pipe in its place, to the end.
    static func contents(ofFileAt path: String) -> Result<Data, SettingsProblems> {
        let descriptor = open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { return .failure(SettingsProblems(unreadable: words(errno))) }
        defer { close(descriptor) }
        var buffer = [UInt8](repeating: 0, count: SettingsLimits.fileBytes + 1)
        var filled = 0
        while filled < buffer.count {
            let count = buffer.withUnsafeMutableBytes {
                read(descriptor, $0.baseAddress?.advanced(by: filled), $0.count - filled)
            }
            if count == 0 { return .success(Data(buffer[..<filled])) }
            if count > 0 {
                filled += count
            } else if errno != EINTR {
                return .failure(SettingsProblems(unreadable: words(errno)))
            }
        }
        return .failure(SettingsProblems(unreadable: "is larger than \(SettingsLimits.fileBytes) bytes"))
    }

    /// The members of the JSON object that the bytes are.
    static func object(_ data: Data) -> Result<[String: JSONValue], SettingsProblems> {
        do {
            guard case .object(let members) = try JSONDecoder().decode(JSONValue.self, from: data) else {
                return .failure(SettingsProblems(unreadable: "is not a JSON object"))
            }
            return .success(members)
        } catch {
            return .failure(SettingsProblems(unreadable: "is not valid JSON\(place(in: data))"))
        }
    }

    /// Whether the path leads to a file of certificates (PEM, RFC 7468) that this user may read.
    static func isReadable(_ path: String) -> Bool {
        guard case .success(let data) = contents(ofFileAt: path) else { return false }
        return data.range(of: Data("-----BEGIN CERTIFICATE-----".utf8)) != nil
    }

    /// Where the JSON breaks off: the decoder does not say, but Foundation's other parser does ("around character 17").
    private static func place(in data: Data) -> String {
        do {
            _ = try JSONSerialization.jsonObject(with: data)
            return ""
        } catch {
            let words = (error as NSError).userInfo[NSDebugDescriptionErrorKey] as? String ?? ""
            guard let offset = Int(words.filter(\.isNumber)), offset <= data.count else { return ": it ends too early" }
            let before = data.prefix(offset)
            let line = before.count { $0 == UInt8(ascii: "\n") } + 1
            let column = offset - (before.lastIndex(of: UInt8(ascii: "\n")) ?? -1)
            return ": something is wrong near line \(line), column \(column)"
        }
    }

    private static func words(_ code: CInt) -> String {
        "cannot be read: \(String(cString: strerror(code)))"
    }
}
