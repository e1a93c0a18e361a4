"""Hosts of images, each of which may be down, slow or wrong for a while."""

import http.server
import struct
import threading
import time
import zlib


def png(number, side=24):
    """A small PNG in a colour of its own, with `number` in a comment so that no two files are equal."""

    def chunk(kind, data):
        body = kind + data
        return struct.pack(">I", len(data)) + body + struct.pack(">I", zlib.crc32(body))

    row = b"\0" + bytes([number % 251, number // 251 % 241, number % 239]) * side
    head = struct.pack(">IIBBBBB", side, side, 8, 2, 0, 0, 0)
    parts = [(b"IHDR", head), (b"tEXt", b"Comment\0%d" % number), (b"IDAT", zlib.compress(row * side)), (b"IEND", b"")]
    return b"\x89PNG\r\n\x1a\n" + b"".join(chunk(*part) for part in parts)


MODES = ("well", "down", "slow", "failing", "wrong")


class Pictures:
    """Three hosts, which are three addresses of the loopback interface."""

    def __init__(self):
        self.modes = {}
        self.servers = []
        self.asked = {}
        for host in ("127.0.0.2", "127.0.0.3", "127.0.0.4"):
            server = http.server.ThreadingHTTPServer((host, 0), type("Handler", (Handler,), {"pictures": self}))
            server.daemon_threads = True
            self.modes[host] = "well"
            self.servers.append(server)
            threading.Thread(target=server.serve_forever, daemon=True).start()

    @property
    def hosts(self):
        return list(self.modes)

    def address(self, random):
        """An address of an image; one in ten never has an image."""
        server = random.choice(self.servers)
        kind = random.choices(["picture", "changing", "missing", "text"], [80, 10, 5, 5])[0]
        return f"http://{server.server_address[0]}:{server.server_port}/{kind}/{random.getrandbits(48)}.png"

    def heal(self):
        for host in self.modes:
            self.modes[host] = "well"

    def close(self):
        for server in self.servers:
            server.shutdown()


class Handler(http.server.BaseHTTPRequestHandler):
    pictures = None
    timeout = 60

    def do_GET(self):
        mode = self.pictures.modes[self.server.server_address[0]]
        kind, name = self.path.split("/")[1:3]
        number = int(name.removesuffix(".png"))
        if mode == "down":
            self.close_connection = True
            return None
        if mode == "failing":
            return self.answer(503, b"try later", "text/plain")
        if mode == "slow":
            time.sleep(2)
        if kind == "missing":
            return self.answer(404, b"not here", "text/plain")
        if kind == "text" or mode == "wrong":
            return self.answer(200, b"<!doctype html><title>Hello</title>", "text/html")
        if kind == "changing":
            number += time.monotonic_ns()
        return self.answer(200, png(number), "image/png")

    def answer(self, status, content, kind):
        self.send_response(status)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)
        return

    def log_message(self, *arguments):
        pass
