"""Compares what clients were told with what is there after all faults are over."""

from collections import Counter, defaultdict
from dataclasses import dataclass, field

from model import Command, Past

MISSING = "acknowledged writes that are missing"
DOUBLED = "commands with two effects"
INVENTED = "products that nobody asked for"
REFUSED = "refused commands that took effect"
UNKNOWN = "commands whose outcome could not be learned"
STALE = "reads older than the write of their token"
LOST = "reads that did not find a product that is there"
UNTRUE = "documents that show what never was"
GAPS = "event streams with a gap, or that went back"
UNLIKE = "products whose reads and lists differ at the end"
IMAGES = "images neither compressed nor failed"
OBJECTS = "objects that are missing"
ORPHANS = "objects that nothing refers to after the collection"
ROWS = "read models that differ from a fresh fold"
PERSON = "processes that needed a person"
ERRORS = "answers with status 500"

KINDS = [
    MISSING, DOUBLED, INVENTED, REFUSED, UNKNOWN, STALE, LOST, UNTRUE, GAPS, UNLIKE, IMAGES, OBJECTS, ORPHANS, ROWS,
    PERSON, ERRORS,
]  # fmt: skip


@dataclass
class Final:
    """What is there when everything is quiet."""

    documents: dict = field(default_factory=dict)  # id: the product's document; None if it is answered with 404
    histories: dict = field(default_factory=dict)  # id: entries
    listed: dict = field(default_factory=dict)  # id: the document in the list of its owner
    missing_objects: list = field(default_factory=list)
    orphans: list = field(default_factory=list)
    differences: list = field(default_factory=list)  # what `warelog verify` says if it finds any
    ended: list = field(default_factory=list)  # processes that ended by themselves or did not become ready


def check(calls, messages, final):
    """All violations, as pairs of kind and text."""
    return list(Check(calls, messages, final).run())


class Check:
    def __init__(self, calls, messages, final):
        self.calls, self.messages, self.final = calls, messages, final
        self.pasts = {product: Past(entries) for product, entries in final.histories.items()}
        attempts = defaultdict(list)
        for call in calls:
            if call.command is not None:
                attempts[call.command].append(call)
        self.commands = {name: Command(found) for name, found in attempts.items()}
        self.places = defaultdict(list)  # marker: (product, version) of each effect
        for product, past in self.pasts.items():
            for marker, versions in past.versions.items():
                self.places[marker] += [(product, version) for version in versions]
        self.deletions = {}  # product: when the first attempt to delete it began
        for command in self.commands.values():
            if command.kind == "delete":
                first = self.deletions.get(command.product, command.start)
                self.deletions[command.product] = min(first, command.start)

    def run(self):
        for command in self.commands.values():
            yield from self.command(command)
        yield from self.effects()
        for call in self.calls:
            yield from self.call(call)
        yield from self.streams()
        yield from self.end()

    def effects_of(self, command):
        """How often the command took effect, as far as its effect can be told from that of others."""
        if command.kind in ("create", "edit"):
            return len(self.places[command.marker])
        if command.kind == "delete":
            past = self.pasts.get(command.product)
            return int(past is not None and past.deleted_at is not None)
        return None

    def command(self, command):
        effects = self.effects_of(command)
        what = f"{command.kind} {command.name} of product {command.product}"
        if command.is_accepted and effects == 0:
            yield MISSING, f"{what}: nothing in the history"
        if effects is not None and effects > 1:
            yield DOUBLED, f"{what}: {self.places[command.marker]}"
        products = {call.product for call in command.accepted}
        if len(products) > 1:
            yield DOUBLED, f"{what}: answered with products {sorted(products)}"
        # Several clients may delete one product, and then each sees the effect of another.
        if command.is_refused and effects and command.kind != "delete" and self.answers_for_all(command):
            yield REFUSED, f"{what}: {[(call.status, call.problem) for call in command.calls]}"
        if command.is_unknown and command.is_keyed:
            yield UNKNOWN, f"{what}: {[(call.status, call.problem) for call in command.calls][-3:]}"
        if command.kind == "upload" and command.is_accepted:
            yield from self.upload(command, what)

    @staticmethod
    def answers_for_all(command):
        """Whether the refusal is about every attempt: those with a key, and one that was the only one."""
        return command.is_keyed or len([call for call in command.calls if call.kind != "operation"]) == 1

    def upload(self, command, what):
        images = {call.image for call in command.accepted if call.image is not None}
        if len(images) > 1:
            yield DOUBLED, f"{what}: images {sorted(images)}"
        document = self.final.documents.get(command.product)
        if document is not None:
            there = {image["id"] for image in document["images"]}
            for image in images - there:
                yield MISSING, f"{what}: image {image} is not in the product"

    def effects(self):
        """Commands in two places, and products that are nobody's."""
        owners = defaultdict(list)
        uploads = Counter(c.product for c in self.commands.values() if c.kind == "upload")
        for product, past in self.pasts.items():
            for command in past.commands:
                owners[command].append(product)
            if past.uploads > uploads[product]:
                yield DOUBLED, f"product {product}: {past.uploads} uploads took effect, {uploads[product]} were sent"
        for command, products in owners.items():
            if len(products) > 1:
                yield DOUBLED, f"command {command} is accepted in products {products}"
        markers = {command.marker for command in self.commands.values()}
        for product, document in self.final.listed.items():
            past = self.pasts.get(product)
            if past is None or not markers & set(past.versions):
                yield INVENTED, f"product {product}: {document['product_name']}"

    def call(self, call):
        if call.status == 500:
            yield ERRORS, f"{call.kind} of product {call.product} by {call.client}"
        for document in call.documents:
            past = self.pasts.get(document["id"])
            if past is None or not past.shows(document):
                yield UNTRUE, f"{call.kind} by {call.client}: {document}"
        if call.kind in ("read", "list"):
            yield from self.read(call)

    def read(self, call):
        if call.after is None or call.status not in (200, 404) or call.after not in self.commands:
            return
        command = self.commands[call.after]
        if command.kind == "delete":
            if command.is_accepted and call.product == command.product and call.status == 200:
                yield STALE, f"read of product {call.product}, which was deleted"
            return
        for product, version in self.places[command.marker] if command.marker else []:
            if call.kind == "read" and call.product != product:
                continue
            deletion = self.deletions.get(product)
            may_be_deleted = deletion is not None and deletion < call.end
            found = next((document for document in call.documents if document["id"] == product), None)
            if found is not None and found["version"] < version:
                yield STALE, f"{call.kind} of product {product}: {found['version']} after {version} was written"
            if found is None and not may_be_deleted:
                yield LOST, f"{call.kind} of product {product} after version {version} was written"

    def streams(self):
        streams = defaultdict(list)
        for message in self.messages:
            streams[message.stream].append(message)
        for name, messages in streams.items():
            past = self.pasts.get(messages[0].product)
            if past is None:
                continue
            told = [(m.version, m.media) for m in messages if not m.is_deleted]
            if any(later < earlier for earlier, later in zip(told, told[1:])):
                yield GAPS, f"stream {name} went back: {told}"
            expected = [state for state in past.states if state[0] != past.deleted_at]
            if told:
                span = [state for state in expected if told[0] <= state <= told[-1]]
                if missed := sorted(set(span) - set(told)):
                    yield GAPS, f"stream {name} of product {messages[0].product} missed {missed}"
                if messages[-1].is_deleted and (missed := [s for s in expected if s > told[-1]]):
                    yield GAPS, f"stream {name} of product {messages[0].product} missed {missed} before the end"

    def end(self):
        final = self.final
        for product, past in self.pasts.items():
            document, listed = final.documents.get(product), final.listed.get(product)
            if (document is None) != (past.deleted_at is not None):
                yield UNLIKE, f"product {product}: deleted at {past.deleted_at}, read: {document is not None}"
            if document != listed:
                yield UNLIKE, f"product {product}: {document} and in the list {listed}"
            for image in (document or {}).get("images", []):
                if image["status"] not in ("compressed", "failed"):
                    yield IMAGES, f"product {product}, image {image['id']}: {image['status']}"
        yield from ((OBJECTS, text) for text in final.missing_objects)
        yield from ((ORPHANS, text) for text in final.orphans)
        yield from ((ROWS, text) for text in final.differences)
        yield from ((PERSON, text) for text in final.ended)
