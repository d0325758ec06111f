package import Logging

/// Where the settings of a run come from: a file or none, and the command line, which wins.
///
/// It can be asked again, as SIGHUP does.
package struct SettingsSource: Sendable, Equatable {
    /// The configuration's path; nil for the defaults.
    package var file: String?
    /// Replace the configured hosts unless empty.
    package var hosts: [String]
    /// Replaces `database.path` unless nil.
    package var database: String?
    /// Replaces `log.level` unless nil.
    package var logLevel: Logger.Level?

    package init(
        file: String? = nil,
        hosts: [String] = [],
        database: String? = nil,
        logLevel: Logger.Level? = nil
    ) {
        self.file = file
        self.hosts = hosts
        self.database = database
        self.logLevel = logLevel
    }

    /// Reads the file and applies what the command line said.
    ///
    /// - Throws: ``SettingsError`` with every problem of the file.
    package func load() throws(SettingsError) -> Settings {
        var settings = if let file { try Settings.load(fileAt: file) } else { Settings.standard }
        if !hosts.isEmpty { settings.jetstream.hosts = hosts }
        if let database { settings.database.path = database }
        if let logLevel { settings.log.level = logLevel }
        return settings
    }
}
