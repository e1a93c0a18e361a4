"""Writes what was measured as a table in Markdown and a chart: into .run/bench-images/results, and with `--publish`
into docs/images.md, between its two markers, and docs/images.svg."""

import os
import sys
from datetime import date

import chart
from measures import Quality, end_to_end, measures
from metrics import geometric_mean
from settings import RESULTS, ROOT, load_result, say

BEGIN, END = "<!-- measured: begin (written by bench/images/report.py) -->", "<!-- measured: end -->"


def table(header, rows):
    if not rows:
        return ["Not measured."]
    lines = [" | ".join("—" if cell is None else str(cell) for cell in row) for row in [header, *rows]]
    return [f"| {lines[0]} |", "|" + "---|" * len(header), *(f"| {line} |" for line in lines[1:])]


def goals():
    return table(
        ["measure", "goal", "stretch", "measured", "reached"],
        [[m.text, m.goal, m.stretch, number(m.value, m.form), m.reached] for m in measures()],
    )


def number(value, form="{:.2f}"):
    return None if value is None else form.format(value)


def cpu():
    """Milliseconds for each megapixel of the source, and by libvips, for each encoder and kind of photo."""
    photos = (load_result("cpu") or {"photos": []})["photos"]
    names = list(dict.fromkeys(name for row in photos for name in row["encoders"]))
    base = "libvips" if "libvips" in names else "pyvips-binary"
    rows = []
    for name in names:
        cells = [name]
        for kind in ("shrink", "same", "profile"):
            both = [
                (row, row["encoders"].get(name, {}), row["encoders"].get(base, {}))
                for row in photos
                if row["kind"] == kind
            ]
            both = [(row, mine, theirs) for row, mine, theirs in both if "cpu" in mine and "cpu" in theirs]
            mine = geometric_mean(e["cpu"] * 1e9 / (row["width"] * row["height"]) for row, e, _ in both)
            by_base = geometric_mean(e["cpu"] / b["cpu"] for _, e, b in both)
            size = geometric_mean(e["count"] / b["count"] for _, e, b in both)
            cells += [number(mine, "{:.1f}"), number(by_base), number(size)]
        rows.append(cells)
    heads = [
        f"{kind}: {what}"
        for kind in ("must shrink", "keeps its size", "with a profile")
        for what in ("ms/MP", f"by {base}", "bytes")
    ]
    return table(["encoder", *heads], rows)


def sweep(quality):
    rows = []
    for name in ("warelog", "sharp mozjpeg", "libvips WebP"):
        cells = [
            quality.bytes_at_equal(name, "libvips", metric, step)
            for metric in ("score", "ms_ssim")
            for step in (70, 80, 88)
        ]
        rows.append([name, *map(number, cells)])
    heads = [f"{metric}, Q {step}" for metric in ("SSIMULACRA2", "MS-SSIM") for step in (70, 80, 88)]
    return table(["bytes at the score of libvips at", *heads], rows if quality.photos else [])


def transparent(quality):
    rows = [
        [
            name,
            ours["format"],
            ours["kept"],
            f"{ours['bytes'] / 1000:.0f}",
            f"{theirs['bytes'] / 1000:.0f}",
            number(ours["bytes"] / theirs["bytes"]),
            f"{ours['score']:.0f}",
            f"{theirs['score']:.0f}",
        ]
        for name, ours, theirs in quality.transparent_pairs()
    ]
    return table(["picture", "ours", "kept", "kB", "palette PNG, kB", "ratio", "score", "its score"], rows)


def memory():
    rows = load_result("memory") or []
    names = list(rows[0]["peak"]) if rows else []
    return table(
        ["MB above the input", *names],
        [
            [
                row["name"],
                *(f"{peak / 1e6:.1f}" if isinstance(peak, int) else "refused" for peak in row["peak"].values()),
            ]
            for row in rows
        ],
    )


def speed():
    rounds = load_result("end-to-end") or []
    names = list(rounds[0]) if rounds else []
    return table(
        ["worker", "images/s", "CPU, ms an image", "failed"],
        [
            [
                name,
                number(end_to_end(name, "images_per_second"), "{:.1f}"),
                f"{end_to_end(name, 'cpu') * 1000:.0f}",
                sum(row[name]["failed"] for row in rounds),
            ]
            for name in names
        ],
    )


def versions():
    found = (load_result("cpu") or {}).get("versions", {})
    return ", ".join(f"{name} {version}" for name, version in found.items()) or "not measured"


def photo_counts():
    rows = (load_result("cpu") or {"photos": []})["photos"]
    kinds = {"shrink": "that must shrink", "same": "that keep their size", "profile": "with a profile"}
    return ", ".join(f"{sum(row['kind'] == kind for row in rows)} {text}" for kind, text in kinds.items())


def markdown():
    quality = Quality()
    picture = ["![Score by size for each encoder](images.svg)"] if quality.photos else []
    return "\n".join(
        [
            f"Measured {date.today().isoformat()}. Encoders: {versions()}. Photos: {photo_counts()}.",
            "",
            *goals(),
            "",
            "CPU by kind of photo (geometric means; Q 80, progressive):",
            "",
            *cpu(),
            "",
            *picture,
            "",
            *sweep(quality),
            "",
            "Transparent pictures:",
            "",
            *transparent(quality),
            "",
            "Peak memory:",
            "",
            *memory(),
            "",
            "Through Kafka and S3, JPEGs of a megapixel (medians of the rounds):",
            "",
            *speed(),
            "",
        ]
    )


def write(path, text):
    with open(path, "w") as file:
        file.write(text)


def publish(text, picture):
    path = os.path.join(ROOT, "docs/images.md")
    with open(path) as file:
        page = file.read()
    before, found, rest = page.partition(BEGIN)
    _, ended, after = rest.partition(END)
    if not (found and ended):
        raise SystemExit(f"{path} lacks its markers")
    write(path, f"{before}{BEGIN}\n\n{text}\n{END}{after}")
    if picture:
        write(os.path.join(ROOT, "docs/images.svg"), picture)
    say("docs/images.md has the new figures")


def main():
    text, picture = markdown(), chart.svg(Quality())
    os.makedirs(RESULTS, exist_ok=True)
    write(os.path.join(RESULTS, "report.md"), text)
    if picture:
        write(os.path.join(RESULTS, "images.svg"), picture)
    print("\n".join(goals()))
    say(f"everything is in {os.path.relpath(RESULTS, ROOT)}")
    if "--publish" in sys.argv:
        publish(text, picture)


main()
