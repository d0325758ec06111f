import Jetstream
import Logging
import Store

/// One setting with its place in the file: what is rendered, compared and known as a key.
struct SettingsField: Sendable, Equatable {
    let section: String
    let key: String
    let value: JSONValue

    /// `section.key`, as messages name it.
    var name: String { "\(section).\(key)" }
}

extension Settings {
    /// Every setting, in the order in which the configuration is shown.
    var fields: [SettingsField] {
        [
            SettingsField(section: "jetstream", key: "hosts", value: .strings(jetstream.hosts)),
            SettingsField(section: "jetstream", key: "wantedCollections", value: .strings(jetstream.wantedCollections)),
            SettingsField(section: "jetstream", key: "wantedDids", value: .strings(jetstream.wantedDids)),
            SettingsField(section: "jetstream", key: "caFile", value: jetstream.caFile.map(JSONValue.string) ?? .null),
            SettingsField(section: "jetstream", key: "proxy", value: jetstream.proxy.map(JSONValue.string) ?? .null),
            SettingsField(section: "jetstream", key: "contact", value: .string(jetstream.contact)),
            SettingsField(section: "jetstream", key: "compress", value: .bool(jetstream.compress)),
            SettingsField(
                section: "jetstream",
                key: "dictionaryFile",
                value: jetstream.dictionaryFile.map(JSONValue.string) ?? .null
            ),
            SettingsField(section: "jetstream", key: "lookBackHours", value: .integer(Int64(jetstream.lookBackHours))),
            SettingsField(section: "database", key: "path", value: .string(database.path)),
            SettingsField(section: "database", key: "synchronous", value: .string(database.synchronous.rawValue)),
            SettingsField(
                section: "database",
                key: "commitIntervalMilliseconds",
                value: .integer(Int64(database.commitIntervalMilliseconds))
            ),
            SettingsField(section: "database", key: "minFreeBytes", value: .integer(database.minFreeBytes)),
            SettingsField(section: "database", key: "ballastBytes", value: .integer(database.ballastBytes)),
            SettingsField(section: "activity", key: "retentionHours", value: .integer(Int64(activity.retentionHours))),
            SettingsField(
                section: "activity",
                key: "cleanupIntervalSeconds",
                value: .integer(Int64(activity.cleanupIntervalSeconds))
            ),
            SettingsField(section: "activity", key: "maxRows", value: .integer(activity.maxRows)),
            SettingsField(section: "activity", key: "maxBytes", value: .integer(activity.maxBytes)),
            SettingsField(section: "activity", key: "keepEventJson", value: .string(activity.keepEventJson.rawValue)),
            SettingsField(section: "log", key: "level", value: .string(log.level.rawValue)),
        ]
    }

    /// The settings that a running daemon takes over when it reads its configuration again.
    private static let reloadable: Set = [
        "jetstream.wantedCollections", "jetstream.wantedDids", "activity.retentionHours",
        "activity.cleanupIntervalSeconds", "activity.maxRows", "activity.maxBytes", "log.level",
    ]

    /// The names of the fields that differ and that only a restart brings into force.
    ///
    /// - Parameters:
    ///   - old: what is in force.
    ///   - new: what the configuration says now.
    /// - Returns: names such as `jetstream.hosts`, in the order of the file.
    package static func changesThatNeedRestart(from old: Settings, to new: Settings) -> [String] {
        zip(old.fields, new.fields)
            .filter { before, after in before != after && !reloadable.contains(before.name) }
            .map(\.0.name)
    }

    /// The configuration in force as JSON with every key, in a fixed order, for people to read and to keep as a file.
    ///
    /// The password of a proxy appears as `***`.
    package func rendered() -> String {
        var shown = self
        if let proxy = jetstream.proxy, let address = try? ProxyAddress(proxy) {
            shown.jetstream.proxy = address.description
        }
        return shown.renderedAsItIs()
    }

    private func renderedAsItIs() -> String {
        var sections: [(name: String, fields: [SettingsField])] = []
        for field in fields {
            if let last = sections.indices.last, sections[last].name == field.section {
                sections[last].fields.append(field)
            } else {
                sections.append((field.section, [field]))
            }
        }
        let texts = sections.map { section in
            let lines = section.fields.map { "    \"\($0.key)\": \($0.value.indentedText)" }
            return "  \"\(section.name)\": {\n\(lines.joined(separator: ",\n"))\n  }"
        }
        return "{\n\(texts.joined(separator: ",\n"))\n}\n"
    }
}

extension JSONValue {
    fileprivate static func strings(_ strings: [String]) -> JSONValue {
        .array(strings.map(JSONValue.string))
    }

    /// The value as JSON, a list with one element a line, at the depth of a setting.
    fileprivate var indentedText: String {
        guard case .array(let elements) = self, !elements.isEmpty else { return text }
        return "[\n\(elements.map { "      \($0.text)" }.joined(separator: ",\n"))\n    ]"
    }
}
