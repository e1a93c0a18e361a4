"""Runs the configurations of deploy/ in front of a gateway: proxies.py NGINX.CONF HAPROXY.CFG

WARELOG_URL is in the environment. Prints what was tried; a proxy that is not installed is a fault.
"""

import contextlib
import http.client
import json
import os
import shutil
import socket
import subprocess
import sys
import tempfile
import time
import urllib.parse

from examples import Pictures

SECONDS = 20
GATEWAY = urllib.parse.urlsplit(os.environ["WARELOG_URL"]).netloc


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def nginx(path, port, directory):
    """The command that runs nginx with the file at `path`, on `port` and in `directory`."""
    with open(path, encoding="utf-8") as file:
        text = file.read().replace("listen 80;", f"listen 127.0.0.1:{port};").replace("127.0.0.1:8080", GATEWAY)
    kinds = ["client_body", "proxy", "fastcgi", "uwsgi", "scgi"]
    temporary = "".join(f"{kind}_temp_path {directory}/{kind};" for kind in kinds)
    configuration = f"{directory}/nginx.conf"
    with open(configuration, "w", encoding="utf-8") as file:
        file.write(f"""daemon off; worker_processes 1; pid {directory}/pid; error_log stderr;
            events {{ worker_connections 256; }} http {{ access_log off; {temporary} {text} }}""")
    return ["nginx", "-e", "stderr", "-p", directory, "-c", configuration]


def haproxy(path, port, directory):
    with open(path, encoding="utf-8") as file:
        text = file.read().replace("bind :80", f"bind 127.0.0.1:{port}").replace("127.0.0.1:8080", GATEWAY)
    configuration = f"{directory}/haproxy.cfg"
    with open(configuration, "w", encoding="utf-8") as file:
        file.write(text)
    return ["haproxy", "-db", "-f", configuration]


def send(port, method, path, document=None, headers=None):
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=SECONDS)
    body = None if document is None else json.dumps(document)
    fields = {} if body is None else {"Content-Type": "application/json"}
    connection.request(method, path, body, fields | (headers or {}))
    return connection.getresponse()


def awaited(port):
    """Returns when the proxy passes a request to the gateway."""
    end = time.monotonic() + SECONDS
    while True:
        with contextlib.suppress(OSError, http.client.HTTPException):
            if send(port, "GET", "/livez").status == 200:
                return
        if time.monotonic() > end:
            raise TimeoutError("the proxy does not answer")
        time.sleep(0.1)


def message(stream):
    """The lines of the next message with an event."""
    lines = []
    while line := stream.readline().decode():
        if line.strip():
            lines.append(line.rstrip("\r\n"))
        elif any(line.startswith("event:") for line in lines):
            return lines
        else:
            lines = []
    raise EOFError("the stream has ended")


def check(port):
    """Fails at the first thing that the proxy does not pass as it is."""
    created = send(port, "POST", "/products", {"user_id": 1, "product_name": "Behind a proxy", "product_price": 1})
    assert created.status == 201, created.read()
    product = json.loads(created.read())["data"]
    path = f"/products/{product['id']}"
    assert created.getheader("Location") == path and created.getheader("ETag") == '"1.0"'
    # Each message comes before the next change is made: nothing is held back.
    stream = send(port, "GET", f"{path}/events", headers={"Accept": "text/event-stream"})
    assert stream.status == 200 and '"product_price":1,' in "".join(message(stream))
    for price in range(2, 6):
        assert send(port, "PATCH", path, {"product_price": price}).status == 200
        assert f'"product_price":{price},' in "".join(message(stream))
    # What is escaped stays so.
    name = urllib.parse.quote("a/b c&%2F+é", safe="")
    assert send(port, "GET", f"/products?product_name={name}&limit=1").status == 200
    assert send(port, "GET", f"{path}%2Fevents").status == 404
    # A large body arrives; one that is too large is refused before it is sent.
    large = Pictures.content + b"\0" * (19 << 20)
    image = http.client.HTTPConnection("127.0.0.1", port, timeout=SECONDS)
    image.request("POST", f"{path}/images", large, {"Content-Type": "image/png"})
    assert image.getresponse().status == 201
    refused = http.client.HTTPConnection("127.0.0.1", port, timeout=SECONDS)
    refused.putrequest("POST", f"{path}/images")
    refused.putheader("Content-Type", "image/png")
    refused.putheader("Content-Length", str(32 << 20))
    refused.endheaders(Pictures.content)
    assert refused.getresponse().status == 413
    assert send(port, "DELETE", path).status == 204
    while "event: deleted" not in message(stream):
        pass


def run(make, path):
    """Whether it ran without a fault."""
    name = make.__name__
    if shutil.which(name, path="/usr/sbin:/usr/bin:" + os.environ["PATH"]) is None:
        print(f"{name} is not installed")
        return False
    port = free_port()
    with tempfile.TemporaryDirectory() as directory:
        environment = dict(os.environ, PATH="/usr/sbin:" + os.environ["PATH"])
        proxy = subprocess.Popen(make(path, port, directory), env=environment, stdin=subprocess.DEVNULL)
        try:
            awaited(port)
            check(port)
            print(f"{name} passes all that it should")
            return True
        except (AssertionError, EOFError, OSError) as error:
            print(f"{name}: {type(error).__name__} at line {error.__traceback__.tb_next.tb_lineno}: {error}")
            return False
        finally:
            proxy.terminate()
            proxy.wait()


def main(nginx_file, haproxy_file):
    results = [run(nginx, nginx_file), run(haproxy, haproxy_file)]
    return 0 if all(results) else 1


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
