import ArgumentParser
import Ingest
import Store

/// Which database a command asks.
struct DatabaseOptions: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            "The database; by default that of --config, or else windsock.db in the current folder.",
            valueName: "path"
        )
    )
    var database: String?

    @Option(help: ArgumentHelp("The daemon's configuration, which names the database.", valueName: "file"))
    var config: String?

    func validate() throws {
        if database?.isEmpty == true { throw ValidationError("--database must be a path (got nothing)") }
    }

    /// What is in force with the configuration that was named.
    ///
    /// - Returns: The settings; defaults without a configuration.
    /// - Throws: ``SettingsError``.
    func settings() throws -> Settings {
        try SettingsSource(file: config, database: database).load()
    }

    /// Opens the database, which must exist.
    ///
    /// - Parameter access: What for.
    /// - Returns: The open database.
    /// - Throws: ``StoreError``, or ``SettingsError`` when the configuration is to name it.
    func open(_ access: Store.Access) throws -> Store {
        try Store.open(path: settings().database.path, access: access)
    }
}
