"""Faults of our own processes. Each is a generator: it breaks something, waits at `yield`, and mends it."""

import signal

from nemesis import fault

READY = 30


@fault("gateway killed", "gateway")
@fault("projector killed", "projector")
@fault("compressor killed", "compressor")
def killed(world, random, kind):
    daemon = world.services[f"{kind}-{random.randint(1, 2)}"]
    with world.lock:
        daemon.stop(signal.SIGKILL)
    yield daemon.name
    start(world, daemon)


@fault("gateway frozen", "gateway")
@fault("projector frozen", "projector")
@fault("compressor frozen", "compressor")
def frozen(world, random, kind):
    daemon = world.services[f"{kind}-{random.randint(1, 2)}"]
    daemon.send(signal.SIGSTOP)
    yield daemon.name
    daemon.send(signal.SIGCONT)


@fault("gateway stopped", "gateway")
@fault("projector stopped", "projector")
@fault("compressor stopped", "compressor")
def stopped(world, random, kind):
    daemon = world.services[f"{kind}-{random.randint(1, 2)}"]
    stop(world, daemon)
    yield daemon.name
    start(world, daemon)


@fault("gateways restarted one after the other", "gateway")
@fault("projectors restarted one after the other", "projector")
@fault("compressors restarted one after the other", "compressor")
def rolled(world, random, kind):
    for number in (1, 2):
        daemon = world.services[f"{kind}-{number}"]
        stop(world, daemon)
        start(world, daemon)
    yield kind


@fault("both projectors killed", "projector")
@fault("both compressors killed", "compressor")
def both_killed(world, random, kind):
    daemons = [world.services[f"{kind}-{number}"] for number in (1, 2)]
    with world.lock:
        for daemon in daemons:
            daemon.stop(signal.SIGKILL)
    yield kind
    for daemon in daemons:
        start(world, daemon)


def stop(world, daemon):
    with world.lock:
        is_stopped = daemon.stop()
    if not is_stopped:
        world.remember(f"{daemon.name} did not stop", daemon)


def start(world, daemon):
    daemon.start()
    if not world.await_ready(daemon.name, READY):
        world.remember(f"{daemon.name} did not become ready within {READY} s", daemon)
