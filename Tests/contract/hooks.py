"""What makes a request valid that no schema can say: for Schemathesis, before each request that is to be taken."""

import uuid

import schemathesis
from hypothesis import strategies

from examples import Pictures

TOKEN = "Consistency-Token"
KEY = "Idempotency-Key"
OUTPUT_ONLY = (
    "id",
    "version",
    "media_revision",
    "images",
    "compressed_product_images",
    "created_at",
    "updated_at",
)

# Spellings that browsers understand.
ADDRESSES = [
    "https://example.com/photo.jpg",
    " HTTP://Bücher.example:80/a b|c%.jpg?x[]=é",
    "http:\\\\example.com\\{w}.jpg#top",
    "https://127.1/../x",
]

tokens = []
entity_tags = {}
owners = {}
deleted = set()


# An image is one: what it is told by is its first bytes.
for name in ("jpeg", "png", "webp", "gif", "avif", "heic"):
    schemathesis.openapi.media_type(f"image/{name}", strategies.just(Pictures.content))
schemathesis.openapi.media_type("application/octet-stream", strategies.just(Pictures.content))


def product(case):
    """`/products/{id}` of whatever is there or below."""
    return "/".join(case.formatted_path.split("/")[:3])


@schemathesis.hook
def after_call(ctx, case, response):
    tokens.extend(response.headers.get(TOKEN.lower(), []))
    for tag in response.headers.get("etag", []):
        entity_tags[product(case)] = tag
    if case.method == "DELETE" and response.status_code == 204:
        deleted.add(case.formatted_path)
    if response.content and "application/json" in response.headers.get("content-type", []):
        data = response.json().get("data")
        for item in data if isinstance(data, list) else [data]:
            if isinstance(item, dict) and "user_id" in item:
                owners[str(item.get("id"))] = item["user_id"]


@schemathesis.hook
def before_call(ctx, case, kwargs):
    if case.meta is None or case.meta.generation.mode.is_negative:
        return
    headers, query, body = case.headers or {}, case.query or {}, case.body
    # A key names one request; for another one it is refused, and that is right.
    if headers.get(KEY):
        headers[KEY] = f"{headers[KEY][:200]}-{uuid.uuid4()}"
    # Schemathesis' coverage phase reads a text in quotes as JSON and loses them.
    for name in ("If-Match", "If-None-Match"):
        if headers.get(name, "*").isdigit():
            headers[name] = f'"{headers[name]}"'
    # A version that nobody has seen is not there; so one that was seen is in the list as well.
    if headers.get("If-Match", "*") != "*" and product(case) in entity_tags:
        headers["If-Match"] += f", {entity_tags[product(case)]}"
    # Only the gateway can make a token: one that it has made.
    if TOKEN in headers and headers[TOKEN] not in tokens:
        headers.update({TOKEN: tokens[-1]} if tokens else {})
    # A cursor belongs to the list that gave it.
    query.pop("cursor", None)
    # The lower bound is not the higher one.
    if "price_min" in query and "price_max" in query:
        query.pop("price_min")
    # One of both names the past.
    if "at" in query:
        query.pop("at_version", None)
    # What is deleted was there before.
    if case.formatted_path in deleted:
        query.pop("at", None)
        query.pop("at_version", None)
    # In other orders than that of creation a list of the past has to be short.
    if "at" in query and case.formatted_path.endswith("/products"):
        query["sort"] = "created_at"
    # What has changed since then may be nothing, and then the stream says nothing.
    headers.pop("Last-Event-ID", None)
    if not isinstance(body, dict):
        return
    # An owner is registered, and stays who it is: for a new product, the user of `warelog seed`.
    if "user_id" in body:
        body["user_id"] = owners.get(product(case).split("/")[-1], 1)
    # A price has two decimals, which binary fractions cannot say.
    if isinstance(body.get("product_price"), float):
        body["product_price"] = round(body["product_price"], 2)
    # What the service sets is as it is, and nobody knows how.
    if case.method in ("PUT", "PATCH"):
        for name in OUTPUT_ONLY:
            body.pop(name, None)
    # An upload can be kept only by the product that has it, and no pattern says all that an address must be.
    if body.get("product_images"):
        images = [image for image in body["product_images"] if not image.startswith("urn:")]
        body["product_images"] = [ADDRESSES[len(image) % len(ADDRESSES)] for image in images]
