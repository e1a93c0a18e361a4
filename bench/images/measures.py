"""The measures of the table, each computed from what the parts have left; None where a part was not run."""

import statistics
from dataclasses import dataclass

from metrics import bytes_at, geometric_mean
from settings import QUALITY, load_result


@dataclass
class Measure:
    text: str
    goal: float
    stretch: float | None
    value: float | None
    form: str = "{:.2f}"
    # Whether more is better.
    more: bool = False

    def meets(self, bound):
        return self.value >= bound if self.more else self.value <= bound

    @property
    def reached(self):
        if self.value is None:
            return "not measured"
        if self.stretch is not None and self.meets(self.stretch):
            return "stretch"
        return "goal" if self.meets(self.goal) else "**no**"


def cpu_ratio(peer, *kinds, part="photos"):
    """Our CPU by theirs, the geometric mean over the pictures that both did."""
    rows = (load_result("cpu") or {}).get(part, [])
    return geometric_mean(
        ours["cpu"] / theirs["cpu"]
        for row in rows
        if row["kind"] in kinds
        for ours, theirs in [(row["encoders"].get("warelog", {}), row["encoders"].get(peer, {}))]
        if "cpu" in ours and "cpu" in theirs
    )


class Quality:
    """Sweeps by encoder and photo."""

    def __init__(self):
        result = load_result("quality") or {"photos": [], "transparent": []}
        self.photos, self.transparent = result["photos"], result["transparent"]
        self.names = sorted({row["photo"] for row in self.photos})

    def points(self, encoder, photo, metric):
        return [
            (row[metric], row["bytes"]) for row in self.photos if (row["encoder"], row["photo"]) == (encoder, photo)
        ]

    def at(self, encoder, photo, quality=QUALITY):
        return next(
            (row for row in self.photos if (row["encoder"], row["photo"], row["quality"]) == (encoder, photo, quality)),
            None,
        )

    def bytes_at_equal(self, encoder, peer, metric="score", quality=QUALITY):
        """Bytes at the score that the peer has at a quality, by the peer's."""
        ratios = []
        for photo in self.names:
            theirs = self.at(peer, photo, quality)
            ours = theirs and bytes_at(self.points(encoder, photo, metric), theirs[metric])
            if ours:
                ratios.append(ours / theirs["bytes"])
        return geometric_mean(ratios)

    def default_scores(self, encoder="warelog"):
        return [row["score"] for photo in self.names for row in [self.at(encoder, photo)] if row]

    def default_bytes(self, peer):
        return geometric_mean(ours["bytes"] / theirs["bytes"] for ours, theirs in self.pairs(peer))

    def default_difference(self, peer):
        differences = [ours["score"] - theirs["score"] for ours, theirs in self.pairs(peer)]
        return statistics.mean(differences) if differences else None

    def pairs(self, peer):
        found = [(self.at("warelog", photo), self.at(peer, photo)) for photo in self.names]
        return [(ours, theirs) for ours, theirs in found if ours and theirs]

    def transparent_pairs(self):
        by_name = {}
        for row in self.transparent:
            by_name.setdefault(row["photo"], {})[row["encoder"]] = row
        return [(name, rows["warelog"], rows["libvips"]) for name, rows in by_name.items() if len(rows) == 2]


def end_to_end(name, field):
    """The median of the rounds."""
    values = [row[name][field] for row in load_result("end-to-end") or [] if name in row]
    return statistics.median(values) if values else None


def ratio(one, other):
    return one / other if one and other else None


def baseline_memory():
    peaks = [row["peak"]["warelog"] for row in load_result("memory") or [] if row["name"].startswith("baseline")]
    return max(peaks) / 1e6 if peaks and all(isinstance(peak, int) for peak in peaks) else None


def worst_bad(field):
    return max((row[field] for row in load_result("bad") or []), default=None)


def measures():
    quality = Quality()
    scores, clear = quality.default_scores(), quality.transparent_pairs()
    latency, bad_memory = load_result("latency"), worst_bad("memory")
    speed = ratio(end_to_end("warelog", "images_per_second"), end_to_end("Node worker", "images_per_second"))
    return [
        Measure("CPU, JPEG that must shrink to 2048 px, by libvips", 0.80, 0.65, cpu_ratio("libvips", "shrink")),
        Measure("CPU, JPEG that keeps its size, by libvips", 0.60, 0.45, cpu_ratio("libvips", "same")),
        Measure("CPU, must shrink, by sharp", 0.70, 0.55, cpu_ratio("sharp", "shrink")),
        Measure("CPU, keeps its size, by sharp", 0.55, 0.40, cpu_ratio("sharp", "same")),
        Measure("CPU by sharp `mozjpeg: true`, all photos", 0.5, 0.35, cpu_ratio("sharp mozjpeg", "shrink", "same")),
        Measure(
            "bytes at equal SSIMULACRA2, by sharp `mozjpeg: true`",
            1.0,
            None,
            quality.bytes_at_equal("warelog", "sharp mozjpeg"),
        ),
        Measure(
            "the defaults: bytes by those of sharp `mozjpeg: true`", 1.0, None, quality.default_bytes("sharp mozjpeg")
        ),
        Measure(
            "the defaults: SSIMULACRA2 less that of sharp `mozjpeg: true`, mean",
            0,
            None,
            quality.default_difference("sharp mozjpeg"),
            "{:+.1f}",
            more=True,
        ),
        Measure(
            "bytes at equal SSIMULACRA2, by libvips at Q 80", 0.90, 0.85, quality.bytes_at_equal("warelog", "libvips")
        ),
        Measure("the same by MS-SSIM", 1.0, None, quality.bytes_at_equal("warelog", "libvips", "ms_ssim")),
        Measure(
            "SSIMULACRA2 of the default, mean",
            78,
            None,
            statistics.mean(scores) if scores else None,
            "{:.1f}",
            more=True,
        ),
        Measure("SSIMULACRA2 of the default, worst photo", 70, None, min(scores, default=None), "{:.1f}", more=True),
        Measure(
            "transparent pictures: bytes by libvips' palette PNG",
            0.6,
            0.45,
            geometric_mean(ours["bytes"] / theirs["bytes"] for _, ours, theirs in clear),
        ),
        Measure(
            "transparent pictures: SSIMULACRA2 less that of the palette PNG, mean",
            0,
            None,
            statistics.mean(ours["score"] - theirs["score"] for _, ours, theirs in clear) if clear else None,
            "{:+.1f}",
            more=True,
        ),
        Measure("lossless PNG: CPU by libpng level 6", 0.5, 0.3, cpu_ratio("libpng", "transparent", "png", part="png")),
        Measure("peak memory above the input, baseline JPEG up to 50 MP, MB", 32, 16, baseline_memory(), "{:.1f}"),
        Measure("bad pictures: CPU of the dearest, s", 2, None, worst_bad("cpu"), "{:.2f}"),
        Measure("bad pictures: memory of the dearest, MB", 512, None, bad_memory and bad_memory / 1e6, "{:.0f}"),
        Measure("images a second through Kafka and S3, by the Node worker", 1.5, 2, speed, more=True),
        Measure("POST to visible, median, ms", 250, 120, latency["median"] * 1000 if latency else None, "{:.0f}"),
    ]
