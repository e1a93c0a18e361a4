"""Requests to the gateways: one connection to each for each client."""

import contextlib
import http.client
import json
import time
import uuid
from dataclasses import dataclass

# Longer than any answer may take, so that a client gives up only on a gateway that is frozen.
SECONDS = 8


@dataclass
class Answer:
    status: int | None  # None: there was none
    headers: dict
    document: dict | None
    start: float
    end: float

    @property
    def data(self):
        return (self.document or {}).get("data")

    @property
    def problem(self):
        kind = (self.document or {}).get("type")
        return kind and kind.rpartition(":")[2]

    @property
    def retry_after(self):
        return float(self.headers.get("retry-after", 0.2))


class Wire:
    """Sends requests to gateways by name, each on a connection that is kept."""

    def __init__(self, ports, timeout=SECONDS):
        self.ports = ports
        self.timeout = timeout
        self.connections = {}

    def send(self, gateway, method, path, document=None, headers=None, body=None):
        fields = dict(headers or {})
        if document is not None:
            body = json.dumps(document).encode()
            fields["Content-Type"] = "application/json"
        start = time.monotonic()
        try:
            connection = self.connections.get(gateway) or http.client.HTTPConnection(
                "127.0.0.1", self.ports[gateway], timeout=self.timeout
            )
            self.connections[gateway] = connection
            connection.request(method, path, body, fields)
            response = connection.getresponse()
            content = response.read()
        except (OSError, http.client.HTTPException):
            self.forget(gateway)
            return Answer(None, {}, None, start, time.monotonic())
        if response.will_close:
            self.forget(gateway)
        answered = {name.lower(): value for name, value in response.getheaders()}
        parsed = None
        if content and "json" in answered.get("content-type", ""):
            with contextlib.suppress(ValueError):
                parsed = json.loads(content)
        return Answer(response.status, answered, parsed, start, time.monotonic())

    def forget(self, gateway):
        connection = self.connections.pop(gateway, None)
        if connection is not None:
            connection.close()


def new_name(random, kind):
    """A name that no other command has, and that the seed gives."""
    return f"{kind}-{uuid.UUID(int=random.getrandbits(128), version=4)}"
