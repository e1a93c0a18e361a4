#!/usr/bin/env python3
"""Prints the table of the last results, keeps it beside them, and puts it into docs/replay.md."""

import os
import re
from pathlib import Path

import results
import table

PAGE = Path(__file__).resolve().parents[2] / "docs" / "replay.md"
BEGIN = "<!-- written by make bench-replay -->"
END = "<!-- end of what is written -->"


def main():
    seed = os.environ.get("SEED") or "1"
    logs = sorted(
        (results.load(path.stem) for path in results.DIRECTORY.glob(f"{seed}-*.json")),
        key=lambda log: log["log"]["events"],
    )
    text = table.make(logs, results.load("writes"))
    print(text)
    (results.DIRECTORY / "table.md").write_text(text + "\n")
    page = PAGE.read_text()
    written, count = re.subn(
        f"({re.escape(BEGIN)}\n).*?({re.escape(END)})",
        lambda match: f"{match[1]}\n{text}\n\n{match[2]}",
        page,
        flags=re.DOTALL,
    )
    if count != 1:
        raise SystemExit(f"{PAGE}: the two markers are not there once")
    if os.environ.get("WRITE_PAGE", "yes") == "yes":
        PAGE.write_text(written)


main()
