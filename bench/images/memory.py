"""The peak of resident memory above what a process holds when it has read the picture, each in a new process."""

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


def run():
    sources = {f"baseline {size} MP": large_baseline(size) for size in MEGAPIXELS}
    for photo in photos("profile")[:1] + photos("transparent")[:1]:
        sources[photo.name] = photo.path
    rows = []
    for label, path in sources.items():
        with open(path, "rb") as file:
            source = file.read()
        rows.append({"name": label, "bytes": len(source),
                     "peak": {name: peak(name, command, source) for name, command in commands().items()}})
    save_result("memory", rows)
