package import Base

/// The address of a database and the settings of a session with it.
package struct PostgresConfiguration: Sendable {
    /// A name, an address, or the directory of a Unix socket. A name is looked up without blocking the loop.
    package var host: String
    package var port: Int
    package var user: String
    package var database: String
    /// libpq's `sslmode`: disable, allow, prefer, require, verify-ca, verify-full.
    package var sslMode: String
    /// The time allowed until a connection is usable, look-up and authentication included.
    package var connectTimeout: Duration
    /// `pg_stat_activity.application_name`.
    package var applicationName: String
    /// The server's own limit for each statement. Nil: as the server is configured.
    package var statementTimeout: Duration?
    let password: Secret?

    package init(
        host: String, port: Int = 5432, user: String, password: Secret?, database: String, sslMode: String = "prefer",
        connectTimeout: Duration = .seconds(5), applicationName: String = "warelog", statementTimeout: Duration? = nil
    ) {
        self.host = host
        self.port = port
        self.user = user
        self.password = password
        self.database = database
        self.sslMode = sslMode
        self.connectTimeout = connectTimeout
        self.applicationName = applicationName
        self.statementTimeout = statementTimeout
    }
}

extension PostgresConfiguration {
    /// libpq's keywords and values. They set everything that a session depends on, rather than leave it to the server's
    /// defaults.
    func keywords(addresses: [String]?) -> [(keyword: String, value: String)] {
        var settings = "-c TimeZone=UTC -c DateStyle=ISO,YMD -c IntervalStyle=iso_8601 -c bytea_output=hex"
        if let statementTimeout {
            settings += " -c statement_timeout=\(Self.milliseconds(statementTimeout))"
        }
        var keywords = [
            ("port", String(port)), ("user", user), ("dbname", database), ("sslmode", sslMode),
            ("application_name", applicationName), ("client_encoding", "UTF8"), ("options", settings),
            // libpq would try GSSAPI first, with calls that block.
            ("gssencmode", "disable"),
        ]
        if let password { keywords.append(("password", password.revealed)) }
        if let addresses {
            // libpq takes the lists pairwise. It needs the name still, for verify-full.
            keywords.append(("host", addresses.map { _ in host }.joined(separator: ",")))
            keywords.append(("hostaddr", addresses.joined(separator: ",")))
        } else {
            keywords.append(("host", host))
        }
        return keywords
    }

    /// At least 1, because 0 means no limit.
    private static func milliseconds(_ duration: Duration) -> Int64 {
        let (seconds, attoseconds) = duration.components
        return max(1, seconds * 1000 + attoseconds / 1_000_000_000_000_000)
    }
}
