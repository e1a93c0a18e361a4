"""CPU seconds and bytes of each encoder for each photo, interleaved, the best of several rounds; and our lossless PNG
against libpng's."""

from encoders import Refused, open_encoders, photo_operation
from photos import photos
from settings import MAX_SIDE, QUALITY, ROUNDS, save_result, say


def measure(jobs, encoders_of):
    """Every job with every encoder, ROUNDS times; `encoders_of(job)`: (name, callable) pairs. The least CPU of each."""
    best = [{} for _ in jobs]
    for round_number in range(ROUNDS):
        for job, results in zip(jobs, best):
            for name, run in encoders_of(job):
                try:
                    answer, _ = run(job)
                except Refused as refusal:
                    results[name] = {"error": str(refusal)}
                    continue
                if name not in results or answer["cpu"] < results[name]["cpu"]:
                    results[name] = answer
        say(f"round {round_number + 1} of {ROUNDS}")
    return best


def row(photo, results):
    return {
        "name": photo.name,
        "kind": photo.kind,
        "width": photo.width,
        "height": photo.height,
        "bytes": len(photo.bytes),
        "derived": photo.derived,
        "encoders": results,
    }


def measure_photos(encoders):
    jobs = photos("shrink", "same", "profile")
    sources = {photo.path: photo.bytes for photo in jobs}

    def runner(encoder):
        return lambda photo: encoder.run(photo_operation(encoder.name), sources[photo.path], QUALITY, MAX_SIDE)

    pairs = [(encoder.name, runner(encoder)) for encoder in encoders]
    return [row(photo, results) for photo, results in zip(jobs, measure(jobs, lambda _: pairs))]


def measure_png(ours):
    jobs = photos("transparent", "png")
    sources = {photo.path: photo.bytes for photo in jobs}
    pairs = [
        ("warelog", lambda photo: ours.run("png", sources[photo.path])),
        ("libpng", lambda photo: ours.run("libpng", sources[photo.path])),
    ]
    return [row(photo, results) for photo, results in zip(jobs, measure(jobs, lambda _: pairs))]


def run():
    encoders = open_encoders()
    try:
        save_result(
            "cpu",
            {
                "versions": {encoder.name: encoder.version for encoder in encoders},
                "rounds": ROUNDS,
                "photos": measure_photos(encoders),
                "png": measure_png(encoders[0]),
            },
        )
    finally:
        for encoder in encoders:
            encoder.close()
