import Jetstream

/// Turns the JSON of a configuration into settings and collects every problem on the way.
struct SettingsParser {
    /// Whether the file at a path can be read, so that tests need none.
    let isReadable: (String) -> Bool

    private(set) var problems: [SettingsProblem] = []

    /// The sections that the file has, by name.
    private var sections: [String: [String: JSONValue]] = [:]

    init(isReadable: @escaping (String) -> Bool) {
        self.isReadable = isReadable
    }

    /// The settings that the object asks for; wherever there is a problem, the default.
    mutating func settings(from object: [String: JSONValue]) -> Settings {
        collectSections(of: object)
        var settings = Settings.standard
        readJetstream(into: &settings.jetstream)
        readDatabase(into: &settings.database)
        readActivity(into: &settings.activity)
        readChoice("log.level", into: &settings.log.level)
        return settings
    }

    private mutating func readJetstream(into jetstream: inout Settings.Jetstream) {
        readList("jetstream.hosts", into: &jetstream.hosts, count: SettingsLimits.hosts) {
            HostSyntax.whatIsAllowed(insteadOf: $0)
        }
        readList("jetstream.wantedCollections", into: &jetstream.wantedCollections, count: SettingsLimits.collections) {
            IdentifierSyntax.isCollection($0) ? nil : "an NSID or a prefix of whole segments, such as app.bsky.feed.*"
        }
        readList("jetstream.wantedDids", into: &jetstream.wantedDids, count: SettingsLimits.dids) {
            IdentifierSyntax.isDID($0) ? nil : "a DID (did:method:id)"
        }
        readFile("jetstream.caFile", into: &jetstream.caFile, what: "a file of certificates (PEM)")
        readProxy(into: &jetstream.proxy)
        readContact(into: &jetstream.contact)
        read("jetstream.compress", into: &jetstream.compress, allowed: .words("true or false")) { value in
            if case .bool(let flag) = value { flag } else { nil }
        }
        readFile("jetstream.dictionaryFile", into: &jetstream.dictionaryFile, what: "the zstd dictionary of v1, a file")
        readNumber("jetstream.lookBackHours", into: &jetstream.lookBackHours, in: SettingsLimits.lookBackHours)
    }

    private mutating func readFile(_ field: String, into file: inout String?, what: String) {
        let isReadable = isReadable
        read(field, into: &file, allowed: .words("null or \(what) that can be read")) { value in
            switch value {
            case .null: .some(nil)
            case .string(let path) where isReadable(path): path
            default: nil
            }
        }
    }

    private mutating func readProxy(into proxy: inout String?) {
        let allowed = "null, \"\" for none or a URL that ends with its port, such as http://user:password@proxy:3128"
        read("jetstream.proxy", into: &proxy, allowed: .words(allowed), isSecret: true) { value in
            switch value {
            case .null: .some(nil)
            case .string(""): ""
            case .string(let url) where (try? ProxyAddress(url)) != nil: url
            default: nil
            }
        }
    }

    private mutating func readContact(into contact: inout String) {
        let count = SettingsLimits.contactCharacters
        let allowed = "a URL or an address of at most \(count) ASCII characters, without brackets"
        read("jetstream.contact", into: &contact, allowed: .words(allowed)) { value in
            guard case .string(let text) = value, text.utf8.count <= count else { return nil }
            let isPlain = text.utf8.allSatisfy { (0x20...0x7E).contains($0) }
            return isPlain && !text.contains("(") && !text.contains(")") ? text : nil
        }
    }

    private mutating func readDatabase(into database: inout Settings.Database) {
        read("database.path", into: &database.path, allowed: .words("a path")) { value in
            guard case .string(let path) = value, !path.isEmpty, !path.utf8.contains(0) else { return nil }
            return path
        }
        readChoice("database.synchronous", into: &database.synchronous)
        readNumber(
            "database.commitIntervalMilliseconds",
            into: &database.commitIntervalMilliseconds,
            in: SettingsLimits.commitIntervalMilliseconds
        )
        readNumber("database.minFreeBytes", into: &database.minFreeBytes, in: SettingsLimits.minFreeBytes)
        readNumber("database.ballastBytes", into: &database.ballastBytes, in: SettingsLimits.ballastBytes)
    }

    private mutating func readActivity(into activity: inout Settings.Activity) {
        readNumber("activity.retentionHours", into: &activity.retentionHours, in: SettingsLimits.retentionHours)
        readNumber(
            "activity.cleanupIntervalSeconds",
            into: &activity.cleanupIntervalSeconds,
            in: SettingsLimits.cleanupIntervalSeconds
        )
        readNumber("activity.maxRows", into: &activity.maxRows, in: SettingsLimits.rows)
        readNumber("activity.maxBytes", into: &activity.maxBytes, in: SettingsLimits.payloadBytes)
        readChoice("activity.keepEventJson", into: &activity.keepEventJson)
    }
}

// MARK: - Sections and keys

extension SettingsParser {
    private mutating func collectSections(of object: [String: JSONValue]) {
        let known = Settings.standard.fields
        for (name, value) in object.sorted(by: { $0.key < $1.key }) {
            let keys = known.filter { $0.section == name }.map(\.key)
            guard !keys.isEmpty else {
                problems.append(.unknownKey(name, nearest: SettingsParser.nearestSection(to: name, known)))
                continue
            }
            guard case .object(let members) = value else {
                problems.append(.value(field: name, value: value.text, allowed: "an object"))
                continue
            }
            for key in members.keys.sorted() where !keys.contains(key) {
                problems.append(.unknownKey("\(name).\(key)", nearest: NearestKey.to(key, among: keys)))
            }
            sections[name] = members
        }
    }

    /// The section meant, or, for a key that stands outside its section, where it belongs.
    private static func nearestSection(to name: String, _ known: [SettingsField]) -> String? {
        known.first { $0.key == name }?.name ?? NearestKey.to(name, among: known.map(\.section))
    }
}

// MARK: - Values

extension SettingsParser {
    /// What a field may be, to follow "must be".
    private enum Allowed {
        case words(String)
        case oneOf([String])

        var text: String {
            switch self {
            case .words(let words): words
            case .oneOf(let names): "one of \(names.map { "\"\($0)\"" }.joined(separator: ", "))"
            }
        }
    }

    /// Reads a field if the file has it; `convert` returns nil for a value that is not allowed.
    ///
    /// A secret's value is not repeated in the problem.
    private mutating func read<Value>(
        _ field: String,
        into target: inout Value,
        allowed: Allowed,
        isSecret: Bool = false,
        _ convert: (JSONValue) -> Value?
    ) {
        guard let value = member(field) else { return }
        guard let converted = convert(value) else {
            let shown = isSecret ? "a value that is not shown here" : value.text
            problems.append(.value(field: field, value: shown, allowed: allowed.text))
            return
        }
        target = converted
    }

    private mutating func readNumber<Number: FixedWidthInteger>(
        _ field: String,
        into target: inout Number,
        in range: ClosedRange<Int64>
    ) {
        let upperBound = range.upperBound == .max ? "on" : "to \(range.upperBound)"
        read(field, into: &target, allowed: .words("a whole number from \(range.lowerBound) \(upperBound)")) { value in
            guard case .integer(let number) = value, range.contains(number) else { return nil }
            return Number(exactly: number)
        }
    }

    private mutating func readChoice<Choice: RawRepresentable & CaseIterable>(
        _ field: String,
        into target: inout Choice
    ) where Choice.RawValue == String {
        read(field, into: &target, allowed: .oneOf(Choice.allCases.map(\.rawValue))) { value in
            guard case .string(let name) = value else { return nil }
            return Choice(rawValue: name)
        }
    }

    /// Reads a list of texts, each of which `whatIsAllowed` may object to.
    private mutating func readList(
        _ field: String,
        into target: inout [String],
        count: ClosedRange<Int>,
        whatIsAllowed: (String) -> String?
    ) {
        guard let value = member(field) else { return }
        guard let texts = value.strings else {
            problems.append(.value(field: field, value: value.text, allowed: "a list of strings"))
            return
        }
        guard count.contains(texts.count) else {
            let allowed = "a list of \(count.lowerBound) to \(count.upperBound)"
            problems.append(.value(field: field, value: "\(texts.count)", allowed: allowed))
            return
        }
        for (index, text) in texts.enumerated() {
            guard let allowed = whatIsAllowed(text) else { continue }
            problems.append(.value(field: "\(field)[\(index)]", value: JSONValue.string(text).text, allowed: allowed))
        }
        target = texts
    }

    private func member(_ field: String) -> JSONValue? {
        let parts = field.split(separator: ".")
        guard parts.count == 2 else { preconditionFailure("a field is section.key") }
        return sections[String(parts[0])]?[String(parts[1])]
    }
}
