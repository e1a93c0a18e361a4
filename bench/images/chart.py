"""Size against score, one line for each encoder, as an SVG that needs nothing else."""

import statistics

from metrics import geometric_mean
from settings import QUALITY

WIDTH, HEIGHT = 720, 440
LEFT, RIGHT, TOP, BOTTOM = 60, 130, 40, 50
# Told apart with any colour vision (Okabe and Ito, 2008), and by their marks.
COLOURS = {"warelog": "#0072B2", "libvips": "#D55E00", "sharp mozjpeg": "#009E73", "libvips WebP": "#CC79A7"}


def series(quality):
    """Name to (bytes by libvips at Q 80, mean score) for each step of the sweep, over the photos that must shrink."""
    base = {
        row["photo"]: row["bytes"]
        for row in quality.photos
        if (row["encoder"], row["quality"], row["kind"]) == ("libvips", QUALITY, "shrink")
    }
    steps = {}
    for row in quality.photos:
        if row["photo"] in base:
            steps.setdefault(row["encoder"], {}).setdefault(row["quality"], []).append(
                (row["bytes"] / base[row["photo"]], row["score"])
            )
    return {
        name: [
            (geometric_mean(size for size, _ in pairs), statistics.mean(score for _, score in pairs), step)
            for step, pairs in sorted(of_name.items())
        ]
        for name, of_name in steps.items()
    }


def mark(name, x, y):
    colour = COLOURS.get(name, "#555555")
    shape = list(COLOURS).index(name) % 4 if name in COLOURS else 0
    return [
        f'<circle cx="{x:.1f}" cy="{y:.1f}" r="4.5" fill="{colour}"/>',
        f'<rect x="{x - 4:.1f}" y="{y - 4:.1f}" width="8" height="8" fill="{colour}"/>',
        f'<path d="M{x:.1f} {y - 5.5:.1f}l5 9h-10z" fill="{colour}"/>',
        f'<path d="M{x:.1f} {y - 5.5:.1f}l5.5 5.5l-5.5 5.5l-5.5-5.5z" fill="{colour}"/>',
    ][shape]


def ticks(low, high, step):
    value = -(-low // step) * step
    while value <= high + 1e-9:
        yield value
        value += step


def svg(quality):
    """None when the sweep was not run."""
    lines = series(quality)
    points = [point for line in lines.values() for point in line]
    if not points:
        return None
    x_low, x_high = min(p[0] for p in points) - 0.05, max(p[0] for p in points) + 0.05
    y_low, y_high = min(p[1] for p in points) - 1, max(p[1] for p in points) + 1

    def place(size, score):
        return (
            LEFT + (size - x_low) / (x_high - x_low) * (WIDTH - LEFT - RIGHT),
            HEIGHT - BOTTOM - (score - y_low) / (y_high - y_low) * (HEIGHT - TOP - BOTTOM),
        )

    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" '
        'font-family="sans-serif" font-size="12">',
        f'<rect width="{WIDTH}" height="{HEIGHT}" fill="white"/>',
        f'<text x="{LEFT}" y="22" font-size="14">Score by size; the number at a mark is the quality setting</text>',
        f'<text x="{(LEFT + WIDTH - RIGHT) / 2}" y="{HEIGHT - 12}" text-anchor="middle">'
        "bytes, libvips at Q 80 = 1 (geometric mean)</text>",
        f'<text transform="translate(16 {HEIGHT / 2}) rotate(-90)" text-anchor="middle">SSIMULACRA2 (mean)</text>',
    ]
    for size in ticks(x_low, x_high, 0.2):
        x, _ = place(size, y_low)
        parts.append(
            f'<path d="M{x:.1f} {TOP}V{HEIGHT - BOTTOM}" stroke="#e4e4e4"/>'
            f'<text x="{x:.1f}" y="{HEIGHT - BOTTOM + 16}" text-anchor="middle">{size:.1f}</text>'
        )
    for score in ticks(y_low, y_high, 5):
        _, y = place(x_low, score)
        parts.append(
            f'<path d="M{LEFT} {y:.1f}H{WIDTH - RIGHT}" stroke="#e4e4e4"/>'
            f'<text x="{LEFT - 8}" y="{y + 4:.1f}" text-anchor="end">{score:.0f}</text>'
        )
    # Labels at the lines' ends, moved apart where they would lie upon one another.
    taken = []
    for name, line in sorted(lines.items(), key=lambda item: -item[1][-1][1]):
        places = [(*place(size, score), step) for size, score, step in line]
        path = "L".join(f"{x:.1f} {y:.1f}" for x, y, _ in places)
        colour = COLOURS.get(name, "#555555")
        parts.append(f'<path d="M{path}" fill="none" stroke="{colour}" stroke-width="2"/>')
        for x, y, step in places:
            parts += [mark(name, x, y), f'<text x="{x:.1f}" y="{y + 17:.1f}" font-size="9" fill="#666">{step}</text>']
        y = places[-1][1]
        while any(abs(y - other) < 15 for other in taken):
            y += 5
        taken.append(y)
        label = WIDTH - RIGHT + 8
        parts.append(
            f'<path d="M{places[-1][0] + 6:.1f} {places[-1][1]:.1f}L{label - 3} {y:.1f}" stroke="#bbb"/>'
            f'<text x="{label}" y="{y + 4:.1f}" fill="{colour}">{name}</text>'
        )
    return "\n".join(parts + ["</svg>", ""])
