"""The bench's Postgres: psql for what is asked, /proc for what it costs."""

import os
import subprocess

import processes

POSTMASTER = int(os.environ.get("POSTGRES_PID", "0"))


def settings(database=None):
    return {
        "PGHOST": os.environ["DB_HOST"],
        "PGPORT": os.environ["DB_PORT"],
        "PGUSER": os.environ["DB_USER"],
        "PGPASSWORD": os.environ["DB_PASSWORD"],
        "PGDATABASE": database or os.environ["DB_NAME"],
    }


def execute(statements, database=None):
    """Runs statements, each in a transaction of its own; the rows as lists of text."""
    environment = {**os.environ, **settings(database), "PGOPTIONS": "-c client_min_messages=warning"}
    result = subprocess.run(
        ["psql", "-XqAt", "-v", "ON_ERROR_STOP=1", "-F", "\t", "-f", "-"],
        input=statements,
        text=True,
        stdout=subprocess.PIPE,
        check=True,
        env=environment,
    )
    return [line.split("\t") for line in result.stdout.splitlines()]


def recreate(database):
    """Drops and creates a database that no process of ours uses any more.

    Not by force: that may not end a vacuum, which gives way to this by itself.
    """
    execute(f"drop database if exists {database};\ncreate database {database};", "postgres")


class Meter:
    """What Postgres does between `__init__` and `read`: CPU seconds, bytes of its log and bytes given to the disk."""

    def __init__(self, database=None):
        self.database = database
        self.begin = self.now()

    def now(self):
        position = int(execute("select pg_wal_lsn_diff(pg_current_wal_lsn(), '0/0')::bigint", self.database)[0][0])
        return processes.cpu_seconds(POSTMASTER), position, processes.written_bytes(POSTMASTER)

    def read(self):
        cpu, wal, written = (after - before for before, after in zip(self.begin, self.now()))
        return {"postgres_cpu_seconds": cpu, "wal_bytes": wal, "written_bytes": written}


def read_models():
    """The schemas of the read model that there are, the newest first."""
    rows = execute(
        "select table_schema from information_schema.tables where table_name = 'products' "
        "and table_schema like 'read\\_model%' order by length(table_schema) desc, table_schema desc"
    )
    return [schema for (schema,) in rows]
