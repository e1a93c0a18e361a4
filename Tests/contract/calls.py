"""Runs the calls of an .http file: calls.py FILE DESCRIPTION

WARELOG_URL is in the environment and takes the place of `@host`; this program serves `@photo`. Each call has a comment
with the status that it must be answered with. `{{NAME.response.body.$.PATH}}` and `{{NAME.response.headers.FIELD}}` are
of the answer to an earlier call, as the REST Client of VS Code has them. Every operation of DESCRIPTION, an OpenAPI
document, must be called, but for HEAD.
"""

import http.client
import http.server
import json
import os
import re
import sys
import threading
import urllib.parse
import uuid

from examples import Pictures

SECONDS = 30


class Calls:
    def __init__(self, variables):
        self.variables = variables
        self.answers = {}

    def value(self, name):
        if name == "$guid":
            return str(uuid.uuid4())
        if name in self.variables:
            return self.variables[name]
        call, _, part, path = name.split(".", 3)
        headers, body = self.answers[call]
        if part == "headers":
            return headers[path]
        value = json.loads(body)
        for key, index in re.findall(r"\.(\w+)|\[(\d+)\]", path):
            value = value[key] if key else value[int(index)]
        return str(value)

    def filled(self, text):
        return re.sub(r"{{(.+?)}}", lambda found: self.value(found[1]), text)

    def run(self, block):
        """The method, the path and a fault, if there is one."""
        title, _, rest = block.partition("\n")
        comments = re.findall(r"^# *(.*)$", rest, re.MULTILINE)
        status = next(int(comment) for comment in comments if comment.isdigit())
        text = self.filled(re.sub(r"^#.*\n", "", rest, flags=re.MULTILINE).strip())
        head, _, body = text.partition("\n\n")
        first, *fields = head.splitlines()
        method, url = first.split(" ", 1)
        parts = urllib.parse.urlsplit(url)
        content = Pictures.content if body.startswith("<") else body.encode()
        connection = http.client.HTTPConnection(parts.netloc, timeout=SECONDS)
        target = parts._replace(scheme="", netloc="").geturl()
        connection.request(method, target, content or None, dict(field.split(": ", 1) for field in fields))
        answer = connection.getresponse()
        # A stream has no end: its first message will do.
        is_stream = answer.getheader("Content-Type", "").startswith("text/event-stream")
        received = answer.readline() if is_stream else answer.read()
        connection.close()
        for comment in comments:
            if comment.startswith("@name "):
                self.answers[comment.removeprefix("@name ")] = (answer.headers, received)
        fault = None if answer.status == status else f"{answer.status}, not {status}: {received.decode()[:500]}"
        return method, parts.path, fault and f"{title.strip()}: {fault}"


def operations(description):
    with open(description, encoding="utf-8") as file:
        paths = json.load(file)["paths"]
    for path, methods in paths.items():
        pattern = re.compile("(/api/v1)?" + re.sub(r"{\w+}", "[^/]+", path))
        for method in methods:
            if method in ("get", "post", "put", "patch", "delete"):
                yield method.upper(), path, pattern


def main(path, description):
    with open(path, encoding="utf-8") as file:
        start, *blocks = re.split(r"^### +", file.read(), flags=re.MULTILINE)
    variables = dict(re.findall(r"^@(\w+) *= *(.+)$", start, re.MULTILINE))
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Pictures)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    photo = f"http://127.0.0.1:{server.server_port}/photo.png"
    calls = Calls(variables | {"host": os.environ["WARELOG_URL"], "photo": photo})
    ran = [calls.run(block) for block in blocks]
    faults = [fault for _, _, fault in ran if fault]
    for method, path, pattern in operations(description):
        if not any(m == method and pattern.fullmatch(p) for m, p, _ in ran):
            faults.append(f"nothing calls {method} {path}")
    for fault in faults:
        print(fault)
    print(f"{len(ran)} calls, {len(faults)} faults")
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
