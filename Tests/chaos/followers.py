"""Clients that follow the changes of a product, from connection to connection."""

import contextlib
import http.client
import json
import threading
import time

from actor import Actor
from history import Message

SECONDS = 4


class Follower(Actor):
    """Follows one product after the other for some seconds each, and the last one to the end."""

    def __init__(self, name, random, world, shelf, recorder):
        super().__init__(name)
        self.random, self.world, self.shelf, self.recorder = random, world, shelf, recorder
        self.is_finished = threading.Event()
        self.count = 0

    def work(self):
        while not self.is_finished.is_set():
            known = self.shelf.pick(self.random)
            if known is None:
                self.is_finished.wait(0.2)
                continue
            self.count += 1
            self.follow(known.id, f"{self.name}/{self.count}", time.monotonic() + self.random.uniform(5, 30))

    def follow(self, product, stream, until):
        """Connects again and again with the id of the last message, until the time is over."""
        last = None
        while time.monotonic() < until and not self.is_finished.is_set():
            port = self.random.choice(list(self.world.gateway_ports.values()))
            connection = http.client.HTTPConnection("127.0.0.1", port, timeout=SECONDS)
            with contextlib.suppress(OSError, http.client.HTTPException, ValueError):
                fields = {} if last is None else {"Last-Event-ID": last}
                connection.request("GET", f"/products/{product}/events", headers=fields)
                answer = connection.getresponse()
                if answer.status == 404:
                    return
                if answer.status == 200:
                    for identity, event, data in messages(answer):
                        self.tell(stream, product, event, data)
                        last = identity
                        if event == "deleted":
                            return
                        if time.monotonic() > until:
                            break
            connection.close()
            self.is_finished.wait(0.2)

    def tell(self, stream, product, event, data):
        document = json.loads(data)
        self.recorder.add(
            Message(stream, product, document["version"], document.get("media_revision"), event == "deleted")
        )

    def finish(self):
        self.is_finished.set()
        self.join(SECONDS * 2)


def messages(answer):
    """(id, event, data) of each message until the connection ends."""
    fields = {}
    while line := answer.readline().decode():
        name, _, value = line.rstrip("\n").partition(": ")
        if name:
            fields[name] = value
        elif "data" in fields:
            yield fields["id"], fields["event"], fields["data"]
            fields = {}
        else:
            fields = {}
