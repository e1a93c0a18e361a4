"""The peer: Debezium's JDBC sink in a standalone Kafka Connect, which keeps a product's latest document in Postgres."""

import contextlib
import json
import os
import socket
import subprocess
import time
from pathlib import Path

import database
import processes

RUN = Path(os.environ.get("RUN", "."))
MOST_EVENTS = 1_000_000
# Events a second: when it is slower than this, it is not going at all.
SLOWEST = 2000
DATABASE = "peer"

# name, type in Kafka Connect, type in Postgres
COLUMNS = [
    ("id", "int64", "bigint primary key"),
    ("user_id", "int64", "bigint not null"),
    ("product_name", "string", "text not null"),
    ("product_description", "string", "text not null"),
    ("product_images", "string", "text not null"),
    ("product_price", "double", "double precision not null"),
    ("compressed_product_images", "string", "text not null"),
    ("version", "int64", "bigint not null"),
    ("media_revision", "int64", "bigint not null"),
    ("created_at", "string", "text not null"),
    ("updated_at", "string", "text not null"),
    ("sequence", "int64", "bigint not null"),
]

# What differs: of Java, of the worker, of the connector, of the database's address.
VARIANTS = {
    "untuned": ([], {}, {"tasks.max": "1"}, ""),
    "tuned": (
        ["-XX:+UseParallelGC"],
        {"consumer.max.poll.records": "3000"},
        {"tasks.max": "2", "batch.size": "3000", "use.reduction.buffer": "true"},
        "?reWriteBatchedInserts=true",
    ),
}


def measure(variant, events):
    """From the first row that is there to the last one: the start of Java and of the connector is not counted."""
    jars = os.environ["PEER_JARS"]
    if not os.path.isdir(jars):
        print("peer: left out: its jars are not there")
        return None
    last = write_upserts(events)
    database.recreate(DATABASE)
    database.execute(f"create table upserts ({', '.join(f'{name} {kind}' for name, _, kind in COLUMNS)})", DATABASE)
    options, worker, connector, query = VARIANTS[variant]
    directory = RUN / "peer"
    properties(directory / "worker.properties", {**worker_properties(), **worker})
    properties(directory / "sink.properties", {**connector_properties(variant, query), **connector})
    process = processes.start(
        [
            "java",
            "-Xms256M",
            "-Xmx2G",
            *options,
            f"-Dlog4j2.configurationFile={logging()}",
            "-cp",
            f"{jars}/*",
            "org.apache.kafka.connect.cli.ConnectStandalone",
            directory / "worker.properties",
            directory / "sink.properties",
        ],
        RUN / "log" / f"peer-{variant}.log",
    )
    try:
        wait(process, "select exists (select from upserts)", "t", 0.05, 120)
        meter, begin, cpu = database.Meter(DATABASE), time.monotonic(), processes.cpu_seconds(process.pid)
        pairs = ", ".join(f"({id}, {sequence})" for id, sequence in last)
        wait(
            process,
            f"select count(*) from upserts where (id, sequence) in ({pairs})",
            str(len(last)),
            0.25,
            120 + events / SLOWEST,
        )
        return {
            "events": events,
            "seconds": time.monotonic() - begin,
            "cpu_seconds": processes.cpu_seconds(process.pid) - cpu,
            "peak_bytes": processes.peak_memory(process.pid),
            **meter.read(),
        }
    finally:
        processes.stop(process)


def wait(process, query, answer, pause, limit):
    deadline = time.monotonic() + limit
    while database.execute(query, DATABASE) != [[answer]]:
        if process.poll() is not None or time.monotonic() > deadline:
            raise processes.Failed("Kafka Connect ended, or does not go on; see log/peer-*.log in the run directory")
        time.sleep(pause)


def write_upserts(events):
    """Once for a log. The last record of each partition."""
    written = RUN / "upserts.json"
    if not written.exists():
        with open(f"{written}.new", "wb") as output:
            subprocess.run(
                [f"{os.environ['BIN']}/replay-bench", "upserts", os.environ["SEED"], str(events)],
                stdout=output,
                check=True,
            )
        os.rename(f"{written}.new", written)
    return json.loads(written.read_text())["last"]


def logging():
    return Path(__file__).resolve().parents[2] / "stack" / "kafka" / "log4j2.properties"


def properties(path, settings):
    """The file holds a password."""
    path.parent.mkdir(exist_ok=True)
    with contextlib.suppress(FileNotFoundError):
        path.unlink()
    with open(os.open(path, os.O_WRONLY | os.O_CREAT, 0o600), "w") as file:
        file.writelines(f"{name}={value}\n" for name, value in settings.items())


def free_port():
    with socket.create_server(("127.0.0.1", 0)) as listener:
        return listener.getsockname()[1]


def worker_properties():
    schema = {
        "type": "struct",
        "optional": False,
        "fields": [{"field": name, "type": kind, "optional": False} for name, kind, _ in COLUMNS],
    }
    return {
        "bootstrap.servers": os.environ["KAFKA_BROKERS"],
        "listeners": f"http://127.0.0.1:{free_port()}",
        "offset.storage.file.filename": RUN / "peer" / "offsets",
        "plugin.discovery": "hybrid_warn",
        "consumer.auto.offset.reset": "earliest",
        "key.converter": "org.apache.kafka.connect.storage.StringConverter",
        "value.converter": "org.apache.kafka.connect.json.JsonConverter",
        # One schema for all, instead of one in each record: less to read.
        "value.converter.schema.content": json.dumps(schema),
    }


def connector_properties(variant, query):
    return {
        # The consumer group is named for it: each time a new one, from the beginning.
        "name": f"peer-{variant}-{int(time.time())}",
        "connector.class": "io.debezium.connector.jdbc.JdbcSinkConnector",
        "topics": "bench.upserts",
        "connection.url": f"jdbc:postgresql://{os.environ['DB_HOST']}:{os.environ['DB_PORT']}/{DATABASE}{query}",
        "connection.username": os.environ["DB_USER"],
        "connection.password": os.environ["DB_PASSWORD"],
        "collection.name.format": "upserts",
        "insert.mode": "upsert",
        "primary.key.mode": "record_value",
        "primary.key.fields": "id",
        "schema.evolution": "none",
    }
