"""What processes use, read from /proc (proc(5))."""

import contextlib
import os
import subprocess
import time
from pathlib import Path

TICKS = os.sysconf("SC_CLK_TCK")


def stat(pid):
    """The fields after the name: index 0 is the state, field 3 of the manual."""
    return Path(f"/proc/{pid}/stat").read_text().rpartition(") ")[2].split()


def children(pid):
    return [
        int(child) for task in Path(f"/proc/{pid}/task").iterdir() for child in (task / "children").read_text().split()
    ]


def cpu_seconds(pid):
    """Of the process, of those of its children that have ended, and of those that live."""
    total = sum(int(field) for field in stat(pid)[11:15]) / TICKS
    for child in children(pid):
        with contextlib.suppress(FileNotFoundError, ProcessLookupError):  # it has just ended
            total += cpu_seconds(child)
    return total


def written_bytes(pid):
    """The bytes that the process and its children gave to be written to disk.

    A child's number is added to its parent's when the child ends.
    """
    lines = Path(f"/proc/{pid}/io").read_text().splitlines()
    total = next(int(line.split()[1]) for line in lines if line.startswith("write_bytes:"))
    for child in children(pid):
        with contextlib.suppress(FileNotFoundError, ProcessLookupError):
            total += written_bytes(child)
    return total


def peak_memory(pid):
    """Bytes; 0 when it has ended."""
    with contextlib.suppress(FileNotFoundError, ProcessLookupError):
        for line in Path(f"/proc/{pid}/status").read_text().splitlines():
            if line.startswith("VmHWM:"):
                return int(line.split()[1]) * 1024
    return 0


class Failed(Exception):
    pass


def start(command, log, environment=None):
    """In the background, with both outputs in the file `log`."""
    with open(log, "wb") as output:
        return subprocess.Popen(
            command,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            env={**os.environ, **(environment or {})},
        )


def stop(process, limit=30):
    process.terminate()
    try:
        process.wait(limit)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()


def run(command, log):
    """Runs the command to its end. Its seconds, CPU seconds, and peak memory in bytes (looked at every 20 ms)."""
    begin = time.monotonic()
    process = start(command, log)
    peak = 0
    while True:
        peak = max(peak, peak_memory(process.pid))
        pid, status, usage = os.wait4(process.pid, os.WNOHANG)
        if pid:
            break
        time.sleep(0.02)
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode != 0:
        raise Failed(f"{' '.join(map(str, command))} failed ({process.returncode}); see {log}")
    return {"seconds": time.monotonic() - begin, "cpu_seconds": usage.ru_utime + usage.ru_stime, "peak_bytes": peak}
