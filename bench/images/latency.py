"""From POST to the picture being visible, one at a time on an idle stack. Visible: a GET shows it as compressed, which
a client that follows the product's events is told of."""

import json
import os
import socket
import statistics
import time
import uuid
from urllib.parse import urlsplit

from settings import save_result, say
from shop import Client, photo_server, photo_url

TIMES = 60
# The first few warm connections, caches and worker processes.
WARMING = 10


def await_compressed(identifier):
    """Follows the product's events until one shows its image as answered; the image's state."""
    gateway = urlsplit(os.environ["WARELOG_URL"])
    with socket.create_connection((gateway.hostname, gateway.port), timeout=60) as connection:
        connection.sendall(f"GET /products/{identifier}/events HTTP/1.1\r\nHost: {gateway.netloc}\r\n\r\n".encode())
        for line in connection.makefile("rb"):
            if line.startswith(b"data: "):
                state = json.loads(line[6:])["images"][0]["status"]
                if state in ("compressed", "failed"):
                    return state
    raise RuntimeError("the stream of events ended")


def one(client, url):
    begun = time.perf_counter()
    identifier = client.post(url)
    await_compressed(identifier)
    state = client.product(identifier)["images"][0]["status"]
    taken = time.perf_counter() - begun
    if state != "compressed":
        raise RuntimeError(f"product {identifier}: {state}")
    return taken


def run():
    client, word = Client(), uuid.uuid4().hex
    with photo_server():
        times = [one(client, photo_url(word, number)) for number in range(TIMES)][WARMING:]
    result = {"times": times, "median": statistics.median(times), "p95": statistics.quantiles(times, n=20)[18]}
    say(f"POST to visible: median {result['median'] * 1000:.0f} ms, p95 {result['p95'] * 1000:.0f} ms")
    save_result("latency", result)
