"""The running service as a client sees it, and a host that has the photos."""

import contextlib
import http.client
import json
import os
import shutil
import socket
import subprocess
import time
from concurrent.futures import ThreadPoolExecutor
from urllib.parse import urlsplit

from encoders import NODE
from photos import photos, smaller
from settings import DIRECTORY, HERE

PIXELS = 1_000_000
PHOTOS = 24
PORT = int(os.environ.get("PHOTO_PORT") or "0")


def prepared_photos():
    """A directory of JPEGs of a megapixel."""
    directory = os.path.join(DIRECTORY, "one-megapixel")
    shutil.rmtree(directory, ignore_errors=True)
    os.makedirs(directory)
    for photo in photos("shrink")[:PHOTOS]:
        made = smaller(photo, round(max(photo.width, photo.height) * (PIXELS / (photo.width * photo.height)) ** 0.5))
        shutil.copy(made.path, os.path.join(directory, made.name))
    return directory


@contextlib.contextmanager
def photo_server():
    server = subprocess.Popen(["node", os.path.join(HERE, "photo-server.mjs"), str(PORT), prepared_photos()])
    try:
        for _ in range(200):
            with contextlib.suppress(OSError):
                socket.create_connection(("127.0.0.2", PORT)).close()
                break
            time.sleep(0.05)
        yield
    finally:
        server.terminate()
        server.wait()


def photo_url(run, number):
    """Another picture for each pair of arguments; `run` is a word."""
    return f"http://127.0.0.{1 + number % 2}:{PORT}/{run}-{number}.jpg"


class Client:
    """One connection to the gateway."""

    def __init__(self):
        self.connection = http.client.HTTPConnection(urlsplit(os.environ["WARELOG_URL"]).netloc, timeout=60)

    def post(self, image):
        """The new product's id."""
        body = {
            "user_id": 1,
            "product_name": "Bench",
            "product_description": "",
            "product_price": 1,
            "product_images": [image],
        }
        status, answer = self._exchange("POST", "/products", json.dumps(body))
        if status not in (201, 202):
            raise RuntimeError(f"POST /products: {status} {answer}")
        return answer["data"]["id"] if status == 201 else None

    def product(self, identifier):
        return self._exchange("GET", f"/products/{identifier}")[1]["data"]

    def _exchange(self, method, path, body=None):
        self.connection.request(method, path, body, {"Content-Type": "application/json"})
        answer = self.connection.getresponse()
        return answer.status, json.loads(answer.read())


def post_many(run, count):
    def share(worker):
        client = Client()
        for number in range(worker, count, 8):
            client.post(photo_url(run, number))

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(share, range(8)))


def log_tool(*arguments):
    return ["node", os.path.join(HERE, "log.mjs"), NODE, *arguments]


def offsets(topic):
    return subprocess.run(log_tool("offsets", topic), check=True, capture_output=True, text=True).stdout.strip()
