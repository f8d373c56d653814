internal import Core
internal import Postgres

/// How each part of the server reaches the database.
struct Databases: Sendable {
    let configuration: ServerConfiguration
    /// Where the database is, and a login that may do everything the migrations do.
    let owner: Secret<String>
    let ownerPassword: Secret<String>?
    /// The password of the service logins; nil where only the owner's login is to be had.
    let servicePassword: Secret<String>?

    func ownerConfiguration(name: String) -> DatabaseConfiguration {
        var database = base(name)
        database.password = ownerPassword
        return database
    }

    /// A pool's configuration under a service's login; without its password the owner's login assumes the role.
    func configuration(name: String, login: String) -> DatabaseConfiguration {
        var database = base(name)
        if let servicePassword {
            database.user = login
            database.password = servicePassword
        } else {
            database.password = ownerPassword
            database.assumeRole = login
        }
        return database
    }

    /// The REST service's pool: a login that is no role itself and can become those that tokens name.
    var restConfiguration: DatabaseConfiguration {
        var database = configuration(name: "rest", login: Logins.rest)
        if let size = configuration.restPoolSize { database.connectionsMax = size }
        return database
    }

    private func base(_ name: String) -> DatabaseConfiguration {
        var database = DatabaseConfiguration(name: name, connection: owner)
        database.connectionsMax = configuration.poolSize
        database.waitMax = configuration.poolWait
        if !configuration.usesPreparedStatements { database.preparedStatementsMax = 0 }
        return database
    }
}
