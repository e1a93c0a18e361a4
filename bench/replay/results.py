"""The results, one file for each log: what is measured again replaces what was there."""

import json
from pathlib import Path

DIRECTORY = Path(__file__).resolve().parents[2] / ".run" / "bench-replay" / "results"


def load(name):
    path = DIRECTORY / f"{name}.json"
    return json.loads(path.read_text()) if path.exists() else {}


def keep(name, measured):
    DIRECTORY.mkdir(parents=True, exist_ok=True)
    (DIRECTORY / f"{name}.json").write_text(json.dumps({**load(name), **measured}, indent=2) + "\n")
