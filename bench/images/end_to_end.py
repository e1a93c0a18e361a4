"""Images a second from Kafka through S3 back to Kafka: our compressor, and a Node worker with kafkajs and sharp, one
after the other on the very same events. `prepare` (with the service up, the compressor stopped) writes the events;
`measure` (with the service stopped, the servers up) has them worked off."""

import contextlib
import json
import os
import subprocess
import sys
import threading
import uuid

from encoders import NODE
from settings import DIRECTORY, HERE, load_result, save_result, say
from shop import log_tool, offsets, photo_server, post_many

COUNT = int(os.environ.get("IMAGES") or "600")
# What comes first is start-up: it is not counted, neither ours nor theirs.
WARMING = COUNT // 10
BATCH = os.path.join(DIRECTORY, "batch.json")
# The same work for both: one picture for each.
ENVIRONMENT = {**os.environ, "IMAGE_RENDITIONS": "full:2048"}
TICKS = os.sysconf("SC_CLK_TCK")


def prepare():
    batch = {"from": offsets("products.events"), "count": COUNT}
    post_many(uuid.uuid4().hex, COUNT)
    with open(BATCH, "w") as file:
        json.dump(batch, file)


def session_cpu(session):
    """CPU seconds of the session's processes, and of those of their children that have ended."""
    total = 0
    for entry in os.listdir("/proc"):
        with contextlib.suppress(OSError, ValueError):
            with open(f"/proc/{int(entry)}/stat") as file:
                # proc(5): after the name in parentheses; 6 session, 14 to 17 the times.
                fields = file.read().rpartition(")")[2].split()
            if int(fields[3]) == session:
                total += sum(map(int, fields[11:15]))
    return total / TICKS


def work_off(name, command, topic, start, count):
    """Runs the worker until it has answered all; images a second and CPU seconds an image."""
    stamps, failed = [], 0
    with subprocess.Popen(log_tool("watch", topic, str(count), start), stdout=subprocess.PIPE, text=True) as watch:
        watch.stdout.readline()
        with open(os.path.join(DIRECTORY, "log", f"{name.replace(' ', '-')}.log"), "a") as log:
            worker = subprocess.Popen(command, stdout=log, stderr=log, env=ENVIRONMENT, start_new_session=True)
        # A worker that ends before its time would have us wait for ever.
        threading.Thread(target=lambda: (worker.wait(), watch.terminate()), daemon=True).start()
        for line in watch.stdout:
            stamp, outcome = line.split()
            stamps.append(int(stamp))
            failed += outcome == "failed"
            if len(stamps) == WARMING:
                cpu = session_cpu(worker.pid)
        cpu = session_cpu(worker.pid) - cpu if len(stamps) == count else 0
        worker.terminate()
        worker.wait()
    if len(stamps) < count:
        raise RuntimeError(f"{name} ended after {len(stamps)} of {count} images")
    stamps.sort()
    done = count - WARMING
    seconds = (stamps[-1] - stamps[WARMING - 1]) / 1000
    result = {"images_per_second": done / seconds, "cpu": cpu / done, "failed": failed}
    say(
        f"{name}: {result['images_per_second']:.1f} images/s, {result['cpu'] * 1000:.0f} ms of CPU an image, "
        f"{failed} failed"
    )
    return result


def measure():
    with open(BATCH) as file:
        batch = json.load(file)
    start, count = batch["from"], batch["count"]
    peer = ["node", os.path.join(HERE, "peer-worker.mjs"), NODE, start]
    with photo_server():
        rows = {"warelog": work_off("warelog", [os.environ["COMPRESSOR"]], "products.events", start, count)}
        for name, more in (("Node worker", []), ("Node worker, mozjpeg", ["mozjpeg"])):
            answers = offsets("bench.results")
            rows[name] = work_off(name, peer + more, "bench.results", answers, count)
    rounds = (load_result("end-to-end") or []) if "first" not in sys.argv else []
    save_result("end-to-end", rounds + [rows])


def run():
    prepare() if "prepare" in sys.argv else measure()
