"""Faults of the servers and of the hosts of images."""

import signal

from nemesis import fault
from pictures import MODES


@fault("connections to Kafka cut", "kafka")
@fault("connections to Postgres cut", "postgres")
@fault("connections to Redis cut", "redis")
@fault("connections to S3 cut", "s3")
def cut(world, random, server):
    for _ in range(random.randint(1, 3)):
        world.proxies[server].cut()
        world.stopping.wait(0.3)
    yield None


@fault("Kafka refused", "kafka", "refused")
@fault("Kafka silent", "kafka", "frozen")
@fault("Kafka slow", "kafka", "slow")
@fault("Postgres refused", "postgres", "refused")
@fault("Postgres silent", "postgres", "frozen")
@fault("Postgres slow", "postgres", "slow")
@fault("Redis refused", "redis", "refused")
@fault("Redis silent", "redis", "frozen")
@fault("Redis slow", "redis", "slow")
@fault("S3 refused", "s3", "refused")
@fault("S3 silent", "s3", "frozen")
@fault("S3 slow", "s3", "slow")
@fault("S3 answers 503", "s3", "failing")
@fault("S3 answers with other bytes", "s3", "wrong")
def between(world, random, server, mode):
    world.proxies[server].set(mode)
    yield None
    world.proxies[server].set("well")


@fault("Kafka frozen", "kafka")
@fault("Postgres frozen", "postgres")
@fault("Redis frozen", "redis")
@fault("S3 frozen", "s3")
def frozen(world, random, server):
    pids = world.tree(server)
    for pid in pids:
        world.signal(pid, signal.SIGSTOP)
    yield None
    for pid in pids:
        world.signal(pid, signal.SIGCONT)


@fault("Kafka killed", "kafka", signal.SIGKILL)
@fault("Postgres killed", "postgres", signal.SIGQUIT)
@fault("Redis killed", "redis", signal.SIGKILL)
@fault("S3 killed", "s3", signal.SIGKILL)
def killed(world, random, server, number):
    world.servers[server].stop(number)
    yield None
    world.start_server(server)


@fault("hosts of images misbehave")
def images(world, random):
    hosts = random.sample(world.pictures.hosts, random.randint(1, 3))
    for host in hosts:
        world.pictures.modes[host] = random.choice(MODES[1:])
    yield None
    world.pictures.heal()
