"""What folds the log here: the projector on an empty read model, and the rebuild."""

import contextlib
import os
import subprocess
import time
from pathlib import Path

import database
import floor
import processes

RUN = Path(os.environ.get("RUN", "."))
BIN = os.environ.get("BIN", "")
# Events a second: what is slower than this is not going at all.
SLOWEST = 1000


def warelog(*arguments):
    with open(RUN / "log" / f"warelog-{arguments[0]}.log", "wb") as log:
        subprocess.run([f"{BIN}/warelog", *arguments], stdout=log, stderr=subprocess.STDOUT, check=True)


def empty_read_model():
    """A database as after `warelog migrate`; the log stays. Redis, too, knows nothing."""
    database.recreate(os.environ["DB_NAME"])
    warelog("migrate")
    warelog("topics", "create")
    subprocess.run(
        ["redis-cli", "-h", os.environ["REDIS_HOST"], "-p", os.environ["REDIS_PORT"], "flushall"],
        stdout=subprocess.DEVNULL,
        check=True,
    )


def folded():
    """How many records the read model has seen."""
    return int(database.execute("select coalesce(sum(next_offset), 0) from warelog.checkpoints")[0][0])


def live(records):
    """The projector from an empty read model to the end of a log of so many records."""
    empty_read_model()
    meter = database.Meter()
    begin = time.monotonic()
    with projector() as process:
        wait_until_folded(process, records)
        seconds = time.monotonic() - begin
        used = {"cpu_seconds": processes.cpu_seconds(process.pid), "peak_bytes": processes.peak_memory(process.pid)}
    return {"events": records, "seconds": seconds, **used, **meter.read()}


def wait_until_folded(process, records):
    deadline = time.monotonic() + 60 + records / SLOWEST
    while folded() < records:
        if process.poll() is not None or time.monotonic() > deadline:
            raise processes.Failed(f"the projector ended, or does not go on; see {RUN / 'log' / 'projector.log'}")
        time.sleep(0.25)


@contextlib.contextmanager
def projector():
    process = processes.start([f"{BIN}/projector"], RUN / "log" / "projector.log", {"LOG_LEVEL": "warning"})
    try:
        yield process
    finally:
        processes.stop(process)


def rebuild(records):
    """`warelog rebuild start` beside an empty read model, until the new one has caught up. None where there is none."""
    usage = subprocess.run([f"{BIN}/warelog", "help"], capture_output=True, text=True).stdout
    if "rebuild" not in usage:
        print("rebuild: left out: this `warelog` has no rebuild")
        return None
    empty_read_model()
    meter = database.Meter()
    used = processes.run([f"{BIN}/warelog", "rebuild", "start"], RUN / "log" / "rebuild.log")
    used = {"events": records, **used, **meter.read()}
    floor.dump()
    warelog("rebuild", "abort")
    return used
