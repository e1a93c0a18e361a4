"""The whole service: two of each process, the servers behind proxies, and the operator's tool."""

import contextlib
import http.client
import os
import subprocess
import threading
import time
from pathlib import Path

from daemons import Daemon, Process
from pictures import Pictures
from proxy import ObjectProxy, Proxy, start, start_loop

SERVERS = ("kafka", "postgres", "redis", "s3")


class World:
    def __init__(self):
        environment = dict(os.environ)
        self.run = Path(environment["RUN_DIRECTORY"])
        self.programs = Path(environment["BIN"])
        self.stopping = threading.Event()
        self.pictures = Pictures()
        self.servers = {name: Process(self.run, name) for name in SERVERS}
        loop = start_loop()
        self.proxies = {}
        for name in SERVERS:
            port, target = (int(environment[f"{name.upper()}_{which}PORT"]) for which in ("PROXY_", ""))
            self.proxies[name] = (ObjectProxy if name == "s3" else Proxy)(loop, port, target)
        start(loop, self.proxies.values())
        self.direct = environment
        self.environment = self.behind_proxies(environment)
        self.services = {}
        self.ports = {}
        for number in (1, 2):
            for kind in ("gateway", "projector", "compressor"):
                self.add(kind, number)
        self.ended = []  # processes that ended by themselves, and how
        self.lock = threading.Lock()

    def behind_proxies(self, environment):
        """The settings of our processes: each server is named by the port in front of it."""
        port = {name: str(proxy.port) for name, proxy in self.proxies.items()}
        return environment | {
            "DB_PORT": port["postgres"],
            "REDIS_PORT": port["redis"],
            "KAFKA_BROKERS": f"127.0.0.1:{port['kafka']}",
            "S3_ENDPOINT": f"http://127.0.0.1:{port['s3']}",
            "IMAGE_RETRY_MILLISECONDS": "200",
        }

    def add(self, kind, number):
        name = f"{kind}-{number}"
        port = self.direct[f"{kind.upper()}_{number}_PORT"]
        setting = "PORT" if kind == "gateway" else f"{kind.upper()}_PORT"
        own = {setting: port, "PROJECTOR_INSTANCE_ID": name, "COMPRESSOR_INSTANCE_ID": name}
        self.ports[name] = int(port)
        self.services[name] = Daemon(self.run, name, [str(self.programs / kind)], self.environment | own)

    @property
    def gateway_ports(self):
        return {name: port for name, port in self.ports.items() if name.startswith("gateway")}

    def tool(self, *arguments, limit=120):
        """Runs `warelog`; how it ended, and what it said."""
        return subprocess.run(
            [str(self.programs / "warelog"), *arguments], env=self.environment, stdin=subprocess.DEVNULL,
            capture_output=True, text=True, timeout=limit, check=False,
        )  # fmt: skip

    def do(self, *arguments):
        """Runs `warelog`, which has to succeed."""
        done = self.tool(*arguments)
        if done.returncode != 0:
            raise RuntimeError(f"warelog {' '.join(arguments)}: {done.stderr[-2000:]}")
        return done.stdout

    def start_services(self):
        for daemon in self.services.values():
            daemon.start()
        for name in self.services:
            if not self.await_ready(name, 60):
                raise RuntimeError(f"{name} is not ready: {self.services[name].last_lines()}")

    def is_ready(self, name):
        connection = http.client.HTTPConnection("127.0.0.1", self.ports[name], timeout=1)
        try:
            connection.request("GET", "/readyz")
            return connection.getresponse().status == 200
        except (OSError, http.client.HTTPException):
            return False
        finally:
            connection.close()

    def await_ready(self, name, limit):
        return wait_until(lambda: self.is_ready(name), limit)

    def watch(self):
        """Starts again what ends by itself, which is a fault of ours, and remembers it. Runs on a thread."""
        while not self.stopping.wait(0.2):
            for daemon in self.services.values():
                with self.lock:
                    if daemon.should_run and not daemon.is_alive():
                        self.remember(f"{daemon.name} ended by itself", daemon)
                        daemon.start()

    def remember(self, what, daemon):
        self.ended.append(f"{what}: {' | '.join(daemon.last_lines(2))[-600:]}")

    def tree(self, server):
        """The ids of a server's processes, its children's included."""
        found = [self.servers[server].pid]
        for pid in found:
            for task in Path(f"/proc/{pid}/task").iterdir():
                found += [int(child) for child in task.joinpath("children").read_text().split()]
        return found

    def signal(self, pid, number):
        with contextlib.suppress(ProcessLookupError):
            os.kill(pid, number)

    def start_server(self, name):
        """Starts a server again, and returns when it listens."""
        script = Path(__file__).parents[2] / "stack" / "lib" / "start-server"
        done = subprocess.run([script, name], env=self.direct, capture_output=True, text=True, check=False)
        if done.returncode != 0:
            raise RuntimeError(f"{name} does not start: {done.stderr}")

    def stop_services(self):
        for daemon in self.services.values():
            if not daemon.stop():
                self.remember(f"{daemon.name} did not stop", daemon)


def wait_until(condition, limit, pause=0.1):
    """Whether the condition held within so many seconds."""
    end = time.monotonic() + limit
    while not condition():
        if time.monotonic() > end:
            return False
        time.sleep(pause)
    return True
