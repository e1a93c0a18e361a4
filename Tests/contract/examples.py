"""Runs the examples of a Markdown file: examples.py FILE

Its blocks of `sh` are run in order by one Bash, which ends at the first command that fails. Each line of the block of
`text` that follows one must be a line of its output, in that order; `…` stands for anything. WARELOG_URL is in the
environment; PHOTO is an address at which this program serves a picture.
"""

import contextlib
import http.server
import os
import re
import signal
import struct
import subprocess
import sys
import tempfile
import threading
import zlib

MARK = "\x1e"
SECONDS = 60


def picture(width, height):
    """A PNG of a gradient."""

    def chunk(kind, data):
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    rows = b"".join(b"\0" + bytes(v for x in range(width) for v in (x % 256, y % 256, 128)) for y in range(height))
    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(rows)) + chunk(b"IEND", b"")


class Pictures(http.server.BaseHTTPRequestHandler):
    content = picture(64, 48)

    def do_GET(self):
        self.send_response(200)
        self.send_header("Content-Type", "image/png")
        self.send_header("Content-Length", str(len(self.content)))
        self.end_headers()
        self.wfile.write(self.content)

    def log_message(self, *arguments):
        pass


def examples(text):
    """(line number, commands, expected lines) of each."""
    fence = re.compile(r"^```(\w+)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
    blocks = [(text.count("\n", 0, m.start()) + 1, m[1], m[2]) for m in fence.finditer(text)]
    for index, (line, kind, commands) in enumerate(blocks):
        if kind == "sh":
            following = blocks[index + 1] if index + 1 < len(blocks) else (0, "", "")
            yield line, commands, following[2].splitlines() if following[1] == "text" else []


def missing(expected, output):
    """The first line of `expected` that is not in `output` after those before it, or None."""
    lines = iter(output.splitlines())
    for line in expected:
        pattern = re.compile(".*".join(map(re.escape, line.split("…"))))
        if not any(pattern.fullmatch(candidate) for candidate in lines):
            return line
    return None


def run(commands, environment):
    """The output of the commands, and how the shell ended that ran them in a directory of its own; None if well."""
    with tempfile.TemporaryDirectory() as directory, tempfile.TemporaryFile() as output:
        shell = subprocess.Popen(
            ["bash", "-euo", "pipefail", "-c", commands],
            cwd=directory,
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=output,
            start_new_session=True,
        )
        try:
            status = shell.wait(timeout=SECONDS)
            end = f"status {status}" if status else None
        except subprocess.TimeoutExpired:
            end = f"no end within {SECONDS} seconds"
        # With it goes what it has left running.
        with contextlib.suppress(ProcessLookupError):
            os.killpg(shell.pid, signal.SIGKILL)
        shell.wait()
        output.seek(0)
        return output.read().decode(errors="replace").replace("\r", ""), end


def main(path):
    with open(path, encoding="utf-8") as file:
        found = list(examples(file.read()))
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Pictures)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    environment = dict(os.environ, PHOTO=f"http://127.0.0.1:{server.server_port}/photo.png")

    output, end = run("".join(f"{commands}\nprintf '\\036'\n" for _, commands, _ in found), environment)
    outputs = output.split(MARK)
    faults = 0
    for (line, _, expected), text in zip(found, outputs[:-1]):
        fault = missing(expected, text)
        if fault is not None:
            faults += 1
            print(f"{path}:{line}: not in the output: {fault}\n{text}")
    if end is not None:
        print(f"{path}:{found[len(outputs) - 1][0]}: {end}\n{outputs[-1]}")
    print(f"{len(outputs) - 1} of {len(found)} examples ran, {faults} printed something else")
    return 0 if found and end is None and faults == 0 else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
