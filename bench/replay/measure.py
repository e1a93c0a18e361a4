#!/usr/bin/env python3
"""Measures the parts that are named, beside servers that run already, and keeps the results. with-log calls it."""

import json
import os
import subprocess
import sys
import time
from pathlib import Path

import database
import floor
import peer
import processes
import projections
import results
import writes


def main():
    run = Path(os.environ["RUN"])
    log = json.loads((run / "log.json").read_text())
    records = log["events"] + log["users"]
    parts = sys.argv[1].split(",")
    measured = {"log": log}
    failed = False

    def keep(name, measure, *arguments):
        nonlocal failed
        print(f"measuring {name}", flush=True)
        try:
            result = measure(*arguments)
        except (processes.Failed, subprocess.CalledProcessError) as failure:
            print(f"{name}: {failure}", flush=True)
            failed = True
            return
        if result is not None:
            measured[name] = {**result, "at": time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime())}
            print(f"  {json.dumps(measured[name])}", flush=True)

    if "floor" in parts:
        keep("consume", floor.consume)
    if "peer" in parts:
        for variant in peer.VARIANTS:
            keep(f"peer_{variant}", peer.measure, variant, min(log["events"], peer.MOST_EVENTS))
    if "live" in parts:
        keep("live", projections.live, records)
        floor.dump()
    if "rebuild" in parts:
        keep("rebuild", projections.rebuild, records)
    if "floor" in parts:
        if not database.read_models():
            projections.empty_read_model()
        keep("copy", floor.copy)
    if "writes" in parts:
        keep("writes", writes.measure, records)
    results.keep(run.name, measured)
    sys.exit(1 if failed else 0)


main()
