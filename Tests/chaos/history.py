"""What clients did and saw, as the checker reads it."""

import json
import threading
from dataclasses import asdict, dataclass, field


@dataclass
class Call:
    """One request and its answer; all attempts of a command have its name."""

    kind: str  # create, edit, delete, upload, user, read, list or operation
    start: float
    end: float
    status: int | None = None  # None: there was no answer
    gateway: str = ""
    client: str = ""
    command: str | None = None
    is_keyed: bool = False
    product: int | None = None
    marker: str | None = None  # the description that the command gives to the product
    after: str | None = None  # the command whose token was sent
    problem: str | None = None
    outcome: str | None = None  # of an operation: accepted, refused, pending or quarantined
    image: str | None = None  # of an upload: the id of the image
    documents: list = field(default_factory=list)  # those in the answer, each as `seen` gives it


@dataclass
class Message:
    """One message of an event stream. All connections that continue one another are one stream."""

    stream: str
    product: int
    version: int
    media: int | None = None
    is_deleted: bool = False


@dataclass
class Injected:
    """One fault from its beginning until all is as it should be."""

    fault: str
    start: float
    end: float
    process: str | None = None  # the process of ours that could not answer meanwhile


def seen(document):
    """What the checker compares of a product's document."""
    return {
        "id": document["id"],
        "version": document["version"],
        "media": document["media_revision"],
        "name": document["product_name"],
        "description": document["product_description"],
        "price": document["product_price"],
    }


class Recorder:
    """Keeps everything, and writes it as lines of JSON while the run goes on."""

    def __init__(self, path):
        self.lock = threading.Lock()
        self.file = open(path, "w", encoding="utf-8")  # noqa: SIM115 - it is written until the run ends
        self.calls = []
        self.messages = []
        self.faults = []

    def add(self, entry):
        kept = {Call: self.calls, Message: self.messages, Injected: self.faults}[type(entry)]
        with self.lock:
            kept.append(entry)
            self.file.write(json.dumps({type(entry).__name__: asdict(entry)}) + "\n")

    def close(self):
        self.file.close()
