#!/usr/bin/env python3
"""How long readers and writers wait while the read model is built anew, switched and taken back, beside before.

It runs against the stack that is up: make up; . .run/env; bench/replay/switch.py. The log is the stack's; `replay-bench
log` makes one that takes a while to rebuild.
"""

import asyncio
import collections
import json
import os
import sys
import urllib.request

import load

RATE = int(os.environ.get("RATE", "500"))
SECONDS = 20
# Of ten requests that many write.
WRITES = 2
STEPS = [["rebuild"], ["rebuild", "rollback"], ["rebuild"]]


def call(method, path, document=None):
    request = urllib.request.Request(
        os.environ["WARELOG_URL"] + path,
        method=method,
        data=document and json.dumps(document).encode(),
        headers={"Content-Type": "application/json"},
    )
    with urllib.request.urlopen(request, timeout=30) as answer:
        return json.load(answer)["data"]


def product(number):
    return {
        "user_id": 1,
        "product_name": f"Switch {number}",
        "product_description": "Made by the bench. " * 10,
        "product_images": [],
        "product_price": 9.99,
    }


def request(ids, number):
    """Of ten: two edits, two lists, six reads."""
    target, kind = ids[number * 7919 % len(ids)], number % 10
    if kind < WRITES:
        body = json.dumps({"product_price": 1 + number % 1000}).encode()
        return (
            b"PATCH /products/%d HTTP/1.1\r\nHost: bench\r\n"
            b"Content-Type: application/json\r\nContent-Length: %d\r\n\r\n%s" % (target, len(body), body)
        )
    path = b"/products?user_id=1&limit=20" if kind < WRITES + 2 else b"/products/%d" % target
    return b"GET %s HTTP/1.1\r\nHost: bench\r\n\r\n" % path


async def send(ids, seconds):
    """Sends for whole seconds, as `during` does: each second has connections of its own."""
    answers = []
    for _ in range(seconds):
        answers += await load.send("127.0.0.1", int(os.environ["PORT"]), RATE, 1, lambda number: request(ids, number))
    return answers


async def during(ids):
    """The answers that came while the steps ran, in whole seconds, and what the steps said."""
    answers = []
    for step in STEPS:
        process = await asyncio.create_subprocess_exec(
            "warelog", *step, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.STDOUT
        )
        said = asyncio.create_task(process.communicate())
        while not said.done():
            answers += await send(ids, 1)
        if process.returncode != 0:
            sys.exit(f"warelog {' '.join(step)}: {said.result()[0].decode()[-500:]}")
    return answers


def row(name, answers):
    times = sorted(waited * 1000 for waited, _ in answers)
    statuses = dict(sorted(collections.Counter(status for _, status in answers).items()))
    p50, p99 = (times[min(len(times) - 1, int(len(times) * share))] for share in (0.5, 0.99))
    print(f"{name:8} {len(times):8} {p50:8.2f} {p99:8.2f} {times[-1]:9.1f}  {statuses}")
    return p99


async def main():
    ids = [call("POST", "/products", product(number))["id"] for number in range(200)]
    await send(ids, 3)  # connections, plans and cache are there from here on
    print(f"{'':8} {'requests':>8} {'p50 ms':>8} {'p99 ms':>8} {'worst ms':>9}  answers")
    before = row("before", await send(ids, SECONDS))
    meanwhile = row("during", await during(ids))
    row("after", await send(ids, SECONDS))
    print(f"p99 during is {meanwhile / before:.2f} of before")


asyncio.run(main())
