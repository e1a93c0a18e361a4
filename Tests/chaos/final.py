"""Waits until everything is quiet, and looks at what is there then."""

import json
import time
from concurrent.futures import ThreadPoolExecutor

from checker import Final
from wire import Wire
from world import wait_until

LIMIT = 180


class Survey:
    def __init__(self, world, shelf, recorder):
        self.world, self.shelf, self.recorder = world, shelf, recorder
        self.gateway = next(iter(world.gateway_ports))
        self.wire = Wire(world.gateway_ports, timeout=30)
        self.final = Final(ended=world.ended)

    def get(self, path, wire=None):
        """The data of an answer with 200, or None if it is 404."""
        for _ in range(20):
            answer = (wire or self.wire).send(self.gateway, "GET", path)
            if answer.status in (200, 404):
                return answer.document if answer.status == 200 else None
            time.sleep(0.5)
        raise RuntimeError(f"GET {path} is answered with {answer.status} after all faults are over")

    def listed(self):
        found = {}
        for user in self.shelf.owners.values():
            path = f"/products?user_id={user}&limit=100"
            cursor = ""
            while cursor is not None:
                page = self.get(path + (f"&cursor={cursor}" if cursor else ""))
                found |= {document["id"]: document for document in page["data"]}
                cursor = page["next_cursor"]
        return found

    def is_folded(self):
        done = self.world.tool("lag", "--json")
        return done.returncode == 0 and sum(p["lag"] for p in json.loads(done.stdout)["partitions"]) == 0

    def images_open(self):
        """How many images are neither compressed nor failed."""
        images = [image for document in self.listed().values() for image in document["images"]]
        return sum(image["status"] not in ("compressed", "failed") for image in images)

    def await_quiet(self):
        """Until the log is folded and no image is pending; the check finds what is not so after the limit."""
        for name in self.world.services:
            if not self.world.await_ready(name, 60):
                self.world.remember(f"{name} is not ready after all faults are over", self.world.services[name])
        wait_until(self.is_folded, LIMIT, 0.5)
        wait_until(lambda: self.images_open() == 0, LIMIT, 1)
        wait_until(self.is_folded, LIMIT, 0.5)

    def look(self):
        known = {call.product for call in self.recorder.calls if call.product is not None}
        known |= {document["id"] for call in self.recorder.calls for document in call.documents}
        self.final.listed = self.listed()
        products = sorted(known | set(self.final.listed))
        with ThreadPoolExecutor(4) as pool:
            parts = [products[first::4] for first in range(4)]
            for documents, histories in pool.map(self.look_at, parts):
                self.final.documents |= documents
                self.final.histories |= histories
        return self.final

    def look_at(self, products):
        wire = Wire(self.world.gateway_ports, timeout=30)
        documents, histories = {}, {}
        for product in products:
            found = self.get(f"/products/{product}", wire)
            documents[product] = found and found["data"]
            entries, cursor = [], ""
            while cursor is not None:
                page = self.get(f"/products/{product}/history?limit=100" + (cursor and f"&cursor={cursor}"), wire)
                entries += page["data"] if page else []
                cursor = page["next_cursor"] if page else None
            histories[product] = entries
        return documents, histories

    def verify(self):
        done = self.world.tool("verify", limit=600)
        if done.returncode != 0:
            self.final.differences.append((done.stdout + done.stderr)[-2000:])

    def compare_objects(self):
        """What the bucket has, and what the products refer to, after the collection of what nothing refers to."""
        collected = self.world.tool("media", "gc", "--run", "--offline", "--grace", "0s")
        if collected.returncode != 0:
            self.final.orphans.append(f"warelog media gc: {collected.stderr[-500:]}")
            return
        bucket = self.world.run / "s3" / self.world.environment["S3_BUCKET_NAME"]
        stored = {
            str(path.relative_to(bucket))
            for folder in ("images", "uploads")
            for path in bucket.joinpath(folder).rglob("*")
            if path.is_file()
        }
        base = self.world.environment["S3_PUBLIC_BASE_URL"] + "/"
        referred = set()
        for document in self.final.documents.values():
            for image in (document or {}).get("images", []):
                referred |= {r["url"].removeprefix(base) for r in image.get("renditions", [])}
                if image["source"].startswith("urn:"):
                    referred.add("uploads/" + image["source"].rpartition(":")[2])
        self.final.missing_objects += sorted(referred - stored)
        self.final.orphans += sorted(stored - referred)
