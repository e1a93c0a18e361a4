"""How long writers wait for the fold's answer while others write as well."""

import asyncio
import collections
import json
import os
import time
import urllib.error
import urllib.request
from pathlib import Path

import database
import load
import processes
import projections

RUN = Path(os.environ.get("RUN", "."))
RATE = 1000
SECONDS = 20
# Until Kafka's virtual machine has compiled what it does all the time, and connections, plans and ids are there.
WARM_UP_SECONDS = 15


def measure(records):
    """Creates of products through the gateway, on a read model that has folded a log of so many records."""
    projections.empty_read_model()
    pass_over_ids(records)
    with projections.projector() as projector:
        projections.wait_until_folded(projector, records)
        gateway = processes.start([f"{projections.BIN}/gateway"], RUN / "log" / "gateway.log", {"LOG_LEVEL": "warning"})
        try:
            wait_until_ready(gateway)
            asyncio.run(send(WARM_UP_SECONDS))
            before = {name: processes.cpu_seconds(pid) for name, pid in watched(gateway, projector)}
            answers = asyncio.run(send(SECONDS))
            cpu = {name: processes.cpu_seconds(pid) - before[name] for name, pid in watched(gateway, projector)}
        finally:
            processes.stop(gateway)
    times = sorted(waited for waited, status in answers if status == 201)
    if not times:
        raise processes.Failed("no write was answered with 201")
    return {
        "rate": RATE,
        "requests": len(answers),
        "statuses": collections.Counter(str(status) for _, status in answers),
        "p50_ms": quantile(times, 0.5),
        "p99_ms": quantile(times, 0.99),
        "worst_ms": times[-1] * 1000,
        "cpu_us_per_write": {name: seconds / len(answers) * 1e6 for name, seconds in cpu.items()},
    }


def pass_over_ids(records):
    """The log's own ids were not leased from here."""
    database.execute(f"select setval('warelog.product_id_blocks', {records // 1000 + 1})")


def watched(gateway, projector):
    return [("gateway", gateway.pid), ("projector", projector.pid), ("postgres", database.POSTMASTER)]


def wait_until_ready(gateway):
    deadline = time.monotonic() + 30
    while True:
        try:
            with urllib.request.urlopen(f"{os.environ['WARELOG_URL']}/readyz", timeout=2):
                return
        except (urllib.error.URLError, OSError) as error:
            if gateway.poll() is not None or time.monotonic() > deadline:
                raise processes.Failed("the gateway is not ready; see log/gateway.log in the run directory") from error
            time.sleep(0.1)


async def send(seconds):
    return await load.send("127.0.0.1", int(os.environ["PORT"]), RATE, seconds, create)


def create(number):
    document = json.dumps(
        {
            "user_id": 1 + number % 100,
            "product_name": f"Product {number}",
            "product_description": "Made by the bench. " * 10,
            "product_images": [],
            "product_price": 9.99,
        }
    ).encode()
    return (
        b"POST /products HTTP/1.1\r\nHost: bench\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n%s"
        % (len(document), document)
    )


def quantile(sorted_times, share):
    """Milliseconds."""
    return sorted_times[min(len(sorted_times) - 1, int(len(sorted_times) * share))] * 1000
