"""Clients that create, edit, read, list, upload and delete as docs/api.md tells them to."""

import threading
import time
from dataclasses import dataclass

from actor import Actor
from history import Call, seen
from pictures import png
from wire import Wire, new_name

TOKEN = "Consistency-Token"


@dataclass
class Known:
    """What the clients know of a product."""

    id: int
    owner: int
    tag: str


class Shelf:
    """The products that clients share."""

    def __init__(self):
        self.lock = threading.Lock()
        self.products = {}
        self.owners = {}  # client: the user whom it registered

    def put(self, product, owner, tag):
        with self.lock:
            self.products[product] = Known(product, owner, tag)

    def remove(self, product):
        with self.lock:
            self.products.pop(product, None)

    def pick(self, random):
        """One of the products that came last, so that clients meet at one."""
        with self.lock:
            newest = list(self.products.values())[-40:]
        return random.choice(newest) if newest else None


class Client(Actor):
    """One client, which goes on until `stopping` is set, and then learns what became of its commands."""

    def __init__(self, name, random, world, shelf, recorder, pause):
        super().__init__(name)
        self.random, self.world, self.shelf, self.recorder, self.pause = random, world, shelf, recorder, pause
        self.wire = Wire(world.gateway_ports)
        self.stopping = world.stopping
        self.open = []  # commands whose outcome is not known: how to ask
        self.token = None  # the last write's command, token and product
        self.user = None

    def work(self):
        while self.user is None and not self.stopping.is_set():
            self.register()
        while not self.stopping.is_set():
            self.act()
            self.stopping.wait(self.pause * self.random.uniform(0.5, 1.5))

    def act(self):
        shares = [(self.create, 8), (self.edit, 30), (self.read, 45), (self.list, 8), (self.upload, 3)]
        shares += [(self.delete, 2), (self.ask, 4)]
        action = self.random.choices([a for a, _ in shares], [share for _, share in shares])[0]
        action()

    def gateway(self):
        return self.random.choice(list(self.world.gateway_ports))

    def record(self, answer, kind, gateway, **members):
        documents = []
        if answer.status in (200, 201) and kind not in ("operation", "user"):
            data = answer.data if isinstance(answer.data, list) else [answer.data]
            documents = [seen(document) for document in data]
        call = Call(
            kind, answer.start, answer.end, answer.status, gateway, self.name, problem=answer.problem,
            documents=documents, **members,
        )  # fmt: skip
        self.recorder.add(call)
        return call

    def write(self, kind, method, path, *, keyed, product=None, marker=None, patience=True, headers=(), **request):
        """Sends a command, again and again with its key if it has one, until its outcome is known."""
        name = new_name(self.random, kind)
        fields = dict(headers)
        if keyed:
            fields["Idempotency-Key"] = name
        if self.token is not None and self.random.random() < 0.3:
            fields[TOKEN] = self.token[1]

        def attempt():
            gateway = self.gateway()
            answer = self.wire.send(gateway, method, path, headers=fields, **request)
            found = product
            if kind == "create" and answer.status == 201:
                found = answer.data["id"]
            image = None
            if kind == "upload" and answer.status == 201:
                image = answer.headers["location"].rpartition("/")[2]
            self.record(
                answer, kind, gateway, command=name, is_keyed=keyed, product=found, marker=marker, image=image
            )  # fmt: skip
            if TOKEN.lower() in answer.headers:
                self.token = (name, answer.headers[TOKEN.lower()], found)
            return answer

        answer = attempt()
        tries = 1
        while keyed and patience and not is_known(answer) and tries < 6 and not self.stopping.is_set():
            self.stopping.wait(min(answer.retry_after, 1))
            fields.pop(TOKEN, None)
            answer = attempt()
            tries += 1
        if not is_known(answer):
            fields.pop(TOKEN, None)
            if keyed:
                self.open.append(attempt)
            elif answer.status == 202:
                self.open.append(self.question(name, kind, product, marker, answer))
        return answer

    def question(self, name, kind, product, marker, answer):
        """Asks for the operation of a command that was answered with 202."""
        path, token = answer.headers["location"], answer.headers[TOKEN.lower()]

        def ask():
            gateway = self.gateway()
            asked = self.wire.send(gateway, "GET", path, headers={TOKEN: token})
            data = asked.data or {}
            found = product
            if kind == "create" and data.get("resource"):
                found = int(data["resource"].split("/")[2])
            outcome = data.get("status")
            self.recorder.add(
                Call(
                    "operation", asked.start, asked.end, asked.status, gateway, self.name, command=name,
                    product=found, marker=marker, problem=asked.problem, outcome=outcome,
                )
            )  # fmt: skip
            if outcome in ("pending", "quarantined"):
                asked.status = 503
            return asked

        return ask

    def register(self):
        name = new_name(self.random, "user")
        gateway = self.gateway()
        answer = self.wire.send(gateway, "POST", "/users", {"name": name}, {"Idempotency-Key": name})
        self.record(answer, "user", gateway)
        if answer.status == 201:
            self.user = self.shelf.owners[self.name] = answer.data["id"]

    def create(self):
        marker = new_name(self.random, "created")
        document = {
            "user_id": self.user,
            "product_name": f"Product of {self.name}",
            "product_description": marker,
            "product_price": self.random.randrange(10_000) / 100,
        }
        if self.random.random() < 0.5:
            document["product_images"] = [self.world.pictures.address(self.random)]
        keyed = self.random.random() < 0.8
        answer = self.write("create", "POST", "/products", keyed=keyed, marker=marker, document=document)
        if answer.status == 201:
            self.shelf.put(answer.data["id"], self.user, answer.headers["etag"])

    def edit(self):
        known = self.shelf.pick(self.random)
        if known is None:
            return
        marker = new_name(self.random, "edited")
        headers = {"If-Match": known.tag} if self.random.random() < 0.7 else {}
        document = {"product_description": marker, "product_price": self.random.randrange(10_000) / 100}
        answer = self.write(
            "edit", "PATCH", f"/products/{known.id}", keyed=self.random.random() < 0.7, product=known.id,
            marker=marker, headers=headers, document=document,
        )  # fmt: skip
        self.learn(known, answer)

    def upload(self):
        known = self.shelf.pick(self.random)
        if known is None:
            return
        self.write(
            "upload", "POST", f"/products/{known.id}/images", keyed=self.random.random() < 0.7, product=known.id,
            headers={"Content-Type": "image/png"}, body=png(self.random.getrandbits(64)),
        )  # fmt: skip

    def delete(self):
        known = self.shelf.pick(self.random)
        if known is None or known.owner != self.user:
            return
        self.shelf.remove(known.id)
        self.write("delete", "DELETE", f"/products/{known.id}", keyed=self.random.random() < 0.7, product=known.id)

    def read(self):
        known = self.shelf.pick(self.random)
        if known is None:
            return
        product, headers, after = known.id, {}, None
        if self.token is not None and self.random.random() < 0.7:
            after, token, written = self.token
            headers = {TOKEN: token}
            product = written or product
        gateway = self.gateway()
        answer = self.wire.send(gateway, "GET", f"/products/{product}", headers=headers)
        self.record(answer, "read", gateway, product=product, after=after)
        if product == known.id:
            self.learn(known, answer)

    def list(self):
        headers, after = {}, None
        if self.token is not None and self.token[0].startswith("create"):
            after, token, _ = self.token
            headers = {TOKEN: token}
        gateway = self.gateway()
        path = f"/products?user_id={self.user}&sort=-created_at&limit=20"
        answer = self.wire.send(gateway, "GET", path, headers=headers)
        self.record(answer, "list", gateway, after=after)

    def learn(self, known, answer):
        tag = answer.headers.get("etag")
        if tag is not None:
            known.tag = tag
        elif answer.status == 404:
            self.shelf.remove(known.id)

    def ask(self):
        """Goes on with one of the commands whose outcome is not known."""
        if self.open and is_known(self.open[0]()):
            self.open.pop(0)

    def settle(self, deadline):
        """After the end: asks for everything that is not known yet."""
        while self.open and time.monotonic() < deadline:
            answer = self.open[0]()
            if is_known(answer):
                self.open.pop(0)
            else:
                time.sleep(min(answer.retry_after, 0.5))


def is_known(answer):
    """Whether the answer says what became of the command."""
    status = answer.status
    return status is not None and (status < 500 and status not in (202, 408, 429))
