"""Processes of the run directory, which the scripts of the stack know by RUN/NAME.pid and RUN/started/NAME."""

import contextlib
import os
import signal
import subprocess
import time
from pathlib import Path


def stat(pid):
    """The fields after the name (proc(5)); None if there is no such process."""
    with contextlib.suppress(OSError):
        return Path(f"/proc/{pid}/stat").read_text().rpartition(") ")[2].split()
    return None


class Process:
    """One that the stack has started."""

    def __init__(self, run, name):
        self.run, self.name = run, name

    @property
    def pid(self):
        return int((self.run / f"{self.name}.pid").read_text())

    def is_alive(self):
        fields = stat(self.pid)
        return fields is not None and fields[0] not in "ZX"

    def send(self, number):
        with contextlib.suppress(ProcessLookupError):
            os.kill(self.pid, number)

    def stop(self, number=signal.SIGTERM, limit=20):
        """Asks it to end, and makes it end after so many seconds; whether that was not necessary."""
        self.send(number)
        if self.await_end(limit):
            return True
        self.send(signal.SIGKILL)
        self.await_end(limit)
        return False

    def await_end(self, limit):
        end = time.monotonic() + limit
        while self.is_alive():
            if time.monotonic() > end:
                return False
            time.sleep(0.02)
        return True

    def last_lines(self, count=5):
        lines = (self.run / "log" / f"{self.name}.log").read_text(errors="replace").splitlines()
        return lines[-count:]


class Daemon(Process):
    """One that is started here."""

    def __init__(self, run, name, command, environment):
        super().__init__(run, name)
        self.command, self.environment = command, environment
        self.child = None
        self.should_run = False

    def start(self):
        with open(self.run / "log" / f"{self.name}.log", "ab") as output:
            self.child = subprocess.Popen(
                self.command, stdin=subprocess.DEVNULL, stdout=output, stderr=output, env=self.environment,
                start_new_session=True,
            )  # fmt: skip
        self.should_run = True
        boot = Path("/proc/sys/kernel/random/boot_id").read_text().strip()
        fields = stat(self.child.pid)
        (self.run / f"{self.name}.pid").write_text(f"{self.child.pid}\n")
        (self.run / "started").mkdir(exist_ok=True)
        (self.run / "started" / self.name).write_text(f"{boot} {fields[19] if fields else 0}\n")

    def is_alive(self):
        return self.child is not None and self.child.poll() is None

    def stop(self, number=signal.SIGTERM, limit=20):
        self.should_run = False
        return self.child is None or super().stop(number, limit)
