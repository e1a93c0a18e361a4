"""Where things are, and how much is measured. `run` sets the environment."""

import json
import os

HERE = os.path.dirname(os.path.abspath(__file__))
ROOT = os.path.dirname(os.path.dirname(HERE))
DIRECTORY = os.path.join(ROOT, ".run/bench-images")
RESULTS = os.path.join(DIRECTORY, "results")

# Rounds over all pictures and encoders; the best of them counts.
ROUNDS = int(os.environ.get("ROUNDS") or "5")
# How many of the photos of each kind are taken; 0 is all.
MAXIMUM = int(os.environ.get("MAXIMUM") or "0")
MAX_SIDE = 2048
QUALITY = 80


def save_result(part, result):
    os.makedirs(RESULTS, exist_ok=True)
    path = os.path.join(RESULTS, f"{part}.json")
    with open(path + ".new", "w") as file:
        json.dump(result, file, indent=1)
    os.replace(path + ".new", path)


def load_result(part):
    """None when that part was not run."""
    try:
        with open(os.path.join(RESULTS, f"{part}.json")) as file:
            return json.load(file)
    except FileNotFoundError:
        return None


def say(text):
    print(f"bench: {text}", flush=True)
