"""The encoders that are compared, each in a process of its own that is asked for one picture at a time."""

import json
import os
import subprocess

from settings import DIRECTORY, HERE

WORKERS = os.path.join(HERE, "workers")
DEBIAN = os.path.join(DIRECTORY, "debian")
NODE = os.path.join(DIRECTORY, "node")
PYTHON = os.path.join(DIRECTORY, "venv/bin/python")


class Refused(Exception):
    """The encoder gave no output; the text is its own, and `answer` what it said (ours: CPU and memory too)."""

    def __init__(self, name, answer):
        super().__init__(f"{name}: {answer['error']}")
        self.answer = answer


class Encoder:
    """One process; `name` is that of the tables."""

    def __init__(self, name, command):
        self.name = name
        environment = {**os.environ, "VIPS_CONCURRENCY": "1", "PYTHONDONTWRITEBYTECODE": "1"}
        self.process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, env=environment)
        hello = self._line()
        self.version = hello["version"]

    def _line(self):
        line = self.process.stdout.readline()
        if not line:
            raise RuntimeError(f"{self.name} ended with status {self.process.wait()}")
        return json.loads(line)

    def run(self, operation, source, quality=80, max_side=2048):
        """What it said (CPU seconds, bytes of memory, width, height, format, count), and the output."""
        header = f"{operation} {quality} {max_side} {len(source)}".ljust(63) + "\n"
        self.process.stdin.write(header.encode() + source)
        self.process.stdin.flush()
        answer = self._line()
        if "error" in answer:
            raise Refused(self.name, answer)
        output = self.process.stdout.read(answer["count"])
        return answer, output

    def close(self):
        self.process.stdin.close()
        self.process.wait()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()


def commands():
    """Name to command, of all encoders that are installed here; ours first."""
    found = {"warelog": [os.environ["IMAGE_BENCH"]]}
    if os.path.exists(os.path.join(DEBIAN, "ready")):
        vips = os.path.join(WORKERS, "vips.py")
        found["libvips"] = ["env", f"PYTHONPATH={DEBIAN}", "/usr/bin/python3", vips, "libvips"]
    found["pyvips-binary"] = [PYTHON, os.path.join(WORKERS, "vips.py"), "pyvips-binary"]
    found["Pillow"] = [PYTHON, os.path.join(WORKERS, "pillow.py")]
    if os.path.exists(os.path.join(NODE, "ready")):
        found["sharp"] = ["node", os.path.join(WORKERS, "sharp.mjs"), NODE]
        found["sharp mozjpeg"] = found["sharp"]
    return found


# What each is asked for where a JPEG of a photo is wanted.
PHOTO_OPERATION = {"warelog": "compress", "sharp mozjpeg": "mozjpeg"}


def photo_operation(name):
    return PHOTO_OPERATION.get(name, "jpeg")


def open_encoders(names=None):
    return [Encoder(name, command) for name, command in commands().items() if names is None or name in names]
