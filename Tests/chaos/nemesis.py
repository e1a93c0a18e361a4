"""Injects one fault after the other, in an order that the seed gives, until it is stopped."""

import time

from actor import Actor
from history import Injected

FAULTS = {}  # name: how to make it


def fault(name, *arguments):
    """Adds a fault by this name: a generator that is called with the world, a generator of numbers and `arguments`."""

    def add(function):
        FAULTS[name] = lambda world, random: function(world, random, *arguments)
        return function

    return add


class Nemesis(Actor):
    def __init__(self, world, random, recorder, longest, chosen=None):
        super().__init__("nemesis")
        self.world, self.random, self.recorder, self.longest = world, random, recorder, longest
        self.names = chosen or list(FAULTS)

    def work(self):
        deck = []
        while not self.world.stopping.wait(self.random.uniform(0.5, 2.5)):
            if not deck:
                # Each fault once, then all of them again in another order.
                deck = self.random.sample(self.names, len(self.names))
            self.inject(deck.pop())

    def inject(self, name):
        start = time.monotonic()
        steps = FAULTS[name](self.world, self.random)
        process = next(steps)
        self.world.stopping.wait(self.random.uniform(0.5, self.longest))
        # What comes after `yield` makes it well again.
        for _ in steps:
            pass
        end = time.monotonic()
        self.recorder.add(Injected(name, start, end, process))
        print(f"{time.strftime('%H:%M:%S')}  {name}, {process or ''} {end - start:.1f} s", flush=True)
