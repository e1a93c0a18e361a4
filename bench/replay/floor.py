"""The floor: what nobody can go below who reads these records and writes these rows."""

import json
import os
import time
from pathlib import Path

import database
import processes

RUN = Path(os.environ.get("RUN", "."))
DUMP = RUN / "dump"


def consume():
    """The records read by librdkafka and forgotten; the seconds are from the first fetch to the last record."""
    log = RUN / "log" / "floor.log"
    used = processes.run(
        [f"{os.environ['BIN']}/replay-floor", os.environ["KAFKA_BROKERS"], "products.events", "users.events"], log
    )
    return {**used, **json.loads(log.read_text())}


def dump():
    """Keeps the rows of the read model as they are now, for `copy`."""
    DUMP.mkdir(exist_ok=True)
    for old in DUMP.iterdir():
        old.unlink()
    filled = "select exists (select from {}.products)"
    schema = next((name for name in database.read_models() if database.execute(filled.format(name)) == [["t"]]), None)
    if schema is None:
        return
    tables = database.execute(
        "select table_name from information_schema.tables "
        f"where table_schema = '{schema}' and table_type = 'BASE TABLE'"
    )
    database.execute("\n".join(f"\\copy {schema}.{table} to '{DUMP / table}' (format binary)" for (table,) in tables))


def copy():
    """The same rows into empty tables of the same shape: the quicker of with indexes in place, and indexes after."""
    # A file without rows has a header and an end alone.
    tables = sorted(path.name for path in DUMP.glob("*") if path.stat().st_size > 64)
    if not tables:
        print("floor: COPY is left out: there are no rows yet; run the parts live or rebuild first")
        return None
    # Which one the rows are from makes no difference, and it may be gone.
    schema = database.read_models()[0]
    attempts = [attempt(schema, tables, indexes_first) for indexes_first in (True, False)]
    return min(attempts, key=lambda used: used["seconds"])


def attempt(schema, tables, indexes_first):
    rebuilt = [] if indexes_first else indexes(schema, tables)
    including = "including all" if indexes_first else "including all excluding indexes"
    database.execute(
        "drop schema if exists floor cascade; create schema floor;\n"
        + "\n".join(f"create table floor.{table} (like {schema}.{table} {including});" for table in tables)
    )
    meter = database.Meter()
    begin = time.monotonic()
    copies = [f"\\copy floor.{table} from '{DUMP / table}' (format binary)" for table in tables]
    database.execute("\n".join(copies + rebuilt))
    seconds = time.monotonic() - begin
    used = meter.read()
    rows = sum(int(database.execute(f"select count(*) from floor.{table}")[0][0]) for table in tables)
    database.execute("drop schema floor cascade")
    return {"seconds": seconds, "rows": rows, "indexes_first": indexes_first, **used}


def indexes(schema, tables):
    """The statements that make the same indexes on the empty tables."""
    names = ", ".join(f"'{table}'" for table in tables)
    definitions = database.execute(
        f"select indexdef from pg_indexes where schemaname = '{schema}' and tablename in ({names}) order by 1"
    )
    return [definition.replace(f" ON {schema}.", " ON floor.", 1) + ";" for (definition,) in definitions]
