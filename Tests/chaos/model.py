"""What should have happened to a product, derived from its history as the API tells it."""


class Past:
    """The accepted events of one product, in order."""

    def __init__(self, entries):
        self.contents = {}  # version: name, description, price
        self.states = []  # each (version, media revision) that followers are told of, in order
        self.versions = {}  # description: the versions that gave it
        self.commands = []
        self.uploads = 0
        self.deleted_at = None
        content = {}
        for entry in entries:
            if entry["verdict"] != "accepted":
                continue
            changes = entry["changes"] or {}
            if entry["command_id"] is not None:
                self.commands.append(entry["command_id"])
            for name in ("product_name", "product_description", "product_price"):
                if name in changes:
                    content[name] = changes[name]["to"]
            if "product_description" in changes and entry["type"] != "warelog.ProductDeleted.v1":
                marker = changes["product_description"]["to"]
                self.versions.setdefault(marker, []).append(entry["version"])
            self.uploads += entry["type"] == "warelog.ProductImageUploaded.v1"
            if entry["type"] == "warelog.ProductDeleted.v1":
                self.deleted_at = entry["version"]
            else:
                self.contents[entry["version"]] = dict(content)
            state = (entry["version"], entry["media_revision"])
            if not self.states or self.states[-1] != state:
                self.states.append(state)

    def shows(self, document):
        """Whether the product ever was as the document says."""
        content = self.contents.get(document["version"])
        return content is not None and content == {
            "product_name": document["name"],
            "product_description": document["description"],
            "product_price": document["price"],
        }


class Command:
    """All attempts of one command, and what the client has learned."""

    def __init__(self, calls):
        self.name = calls[0].command
        self.kind = calls[0].kind
        self.marker = calls[0].marker
        self.is_keyed = calls[0].is_keyed
        self.calls = calls
        self.start = min(call.start for call in calls)
        writes = [call for call in calls if call.kind != "operation"]
        self.accepted = [call for call in writes if call.status in (200, 201, 204)]
        self.product = next((call.product for call in calls if call.product is not None), None)
        told = [call.outcome for call in calls if call.outcome in ("accepted", "refused")]
        refused = [call for call in writes if is_refusal(call.status)]
        self.is_accepted = bool(self.accepted) or "accepted" in told
        self.is_refused = not self.is_accepted and ("refused" in told or bool(refused))
        # The client had an answer, and no attempt before it that may have taken effect.
        self.is_unknown = not self.is_accepted and not self.is_refused
        # A failure that promises nothing and gives no operation to ask.
        self.is_hidden = self.is_unknown and not self.is_keyed and all(call.status is None for call in writes)


def is_refusal(status):
    """Whether the answer says for good that the write has no effect."""
    return status is not None and 400 <= status < 500 and status not in (408, 429)
