"""The peak of resident memory above what a process holds when it has read the picture, each in a new process; and what
the bad pictures of ../shared/images cost ours."""

import os

from encoders import Encoder, Refused, commands, photo_operation
from photos import large_baseline, photos
from settings import save_result

MEGAPIXELS = [12, 24, 50]


def peak(name, command, source):
    with Encoder(name, command) as encoder:
        try:
            answer, _ = encoder.run(photo_operation(name), source)
            return answer["memory"]
        except Refused as refusal:
            return str(refusal)


def bad_pictures():
    """CPU seconds and peak memory of ours for each, whether it comes out or is refused."""
    rows = []
    for directory in os.environ["PHOTO_DIRECTORIES"].split(":"):
        bad = os.path.join(directory, "bad")
        files = os.listdir(bad) if os.path.isdir(bad) else []
        for file in sorted(file for file in files if not file.endswith(".tsv")):
            with open(os.path.join(bad, file), "rb") as picture, Encoder("warelog", commands()["warelog"]) as ours:
                try:
                    answer, _ = ours.run("compress", picture.read())
                except Refused as refusal:
                    answer = refusal.answer
            rows.append({"name": file, "cpu": answer["cpu"], "memory": answer["memory"]})
    return rows


def run():
    sources = {f"baseline {size} MP": large_baseline(size) for size in MEGAPIXELS}
    for photo in photos("profile")[:1] + photos("transparent")[:1]:
        sources[photo.name] = photo.path
    rows = []
    for label, path in sources.items():
        with open(path, "rb") as file:
            source = file.read()
        rows.append(
            {
                "name": label,
                "bytes": len(source),
                "peak": {name: peak(name, command, source) for name, command in commands().items()},
            }
        )
    save_result("memory", rows)
    save_result("bad", bad_pictures())
