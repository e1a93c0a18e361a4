"""Drives the service while faults are injected, then compares what is there with what clients were told.

The settings that stack/chaos explains are in the environment, and so is all that it knows of the servers. Status 1 if
anything is wrong.
"""

import os
import random
import sys
import threading
import time

import faults  # noqa: F401 - it registers its faults
import faults_ours  # noqa: F401
from checker import PERSON, check
from clients import Client, Shelf
from final import Survey
from followers import Follower
from history import Recorder
from nemesis import FAULTS, Nemesis
from report import report
from world import World

CLIENTS = 8
FOLLOWERS = 4
# Between two requests of one client, on the average.
PAUSE = 0.05
LONGEST_FAULT = 6
LONGEST_PAUSE = float(os.environ["CHAOS_PAUSE"])
LONGEST_ANSWER = float(os.environ["CHAOS_ANSWER"])


def chosen():
    parts = [part for part in os.environ.get("CHAOS_FAULTS", "").split(",") if part]
    names = [name for name in FAULTS if not parts or any(part in name for part in parts)]
    if not names:
        sys.exit(f"CHAOS_FAULTS: no fault has such a name; there are: {', '.join(FAULTS)}")
    return names


def main():
    seed, seconds = int(os.environ["SEED"]), float(os.environ["CHAOS_SECONDS"])
    names = chosen()
    print(f"seed {seed}, {seconds:.0f} s, {len(names)} kinds of faults", flush=True)
    world = World()
    recorder = Recorder(world.run / "history.jsonl")
    try:
        for step in (["migrate"], ["topics", "create"], ["seed"]):
            world.do(*step)
        world.start_services()
        threading.Thread(target=world.watch, daemon=True).start()
        violations = drive(world, recorder, seed, seconds, names)
    finally:
        world.stopping.set()
        world.stop_services()
    pause, answer = report(recorder, violations, seconds)
    limits = [("a pause", pause, LONGEST_PAUSE), ("an answer", answer, LONGEST_ANSWER)]
    late = [f"{what} of {time:.2f} s, more than {limit:g}" for what, time, limit in limits if time > limit]
    if os.environ.get("CHAOS_LIMITS") != "yes":
        late = []
    print(f"\nseed {seed}: {len(violations)} violations{''.join('; ' + text for text in late)}")
    return 1 if violations or late else 0


def drive(world, recorder, seed, seconds, names):
    shelf = Shelf()
    # Each has numbers of its own, whatever the others do.
    clients = [
        Client(f"client-{n}", random.Random(f"{seed} {n}"), world, shelf, recorder, PAUSE) for n in range(CLIENTS)
    ]
    followers = [
        Follower(f"follower-{n}", random.Random(f"{seed} f{n}"), world, shelf, recorder) for n in range(FOLLOWERS)
    ]
    nemesis = Nemesis(world, random.Random(f"{seed} nemesis"), recorder, LONGEST_FAULT, names)
    for thread in [*clients, *followers, nemesis]:
        thread.start()
    world.stopping.wait(seconds)
    world.stopping.set()
    for thread in [nemesis, *clients]:
        thread.join(120)
    print("all faults are over; waiting for quiet", flush=True)
    survey = Survey(world, shelf, recorder)
    deadline = time.monotonic() + 120
    for client in clients:
        client.settle(deadline)
    survey.await_quiet()
    for follower in followers:
        follower.finish()
    final = survey.look()
    survey.verify()
    for name in [n for n in world.services if not n.startswith("projector")]:
        if not world.services[name].stop():
            world.remember(f"{name} did not stop", world.services[name])
    survey.compare_objects()
    violations = check(recorder.calls, recorder.messages, final)
    broken = [actor for actor in [nemesis, *clients, *followers] if actor.error or actor.is_alive()]
    return violations + [(PERSON, f"the test itself: {actor.name}: {actor.error}") for actor in broken]


if __name__ == "__main__":
    sys.exit(main())
