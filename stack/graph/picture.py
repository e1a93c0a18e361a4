"""Writes a layout as SVG. The picture has a light ground of its own, so that it can be read on a dark page too."""

from html import escape

from layout import BOX_HEIGHT, BOX_WIDTH

INK, PALE, GROUND = "#1f2933", "#52606d", "#fbfbf8"
COLOURS = {
    "Processes": "#b4451f",
    "Model": "#1d6f7a",
    "Imaging": "#8a3b7d",
    "Process": "#5b6b1f",
    "Events": "#b07d00",
    "Adapters": "#2f5aa8",
    "Base": "#4b5563",
}
TITLES = {
    "Processes": "Sources: the processes",
    "Events": "Sources/Events: the facts and the fold",
}


def draw(layout, modules, libraries):
    lines = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {layout.width:g} {layout.height:g}"'
        f' width="{layout.width:g}" height="{layout.height:g}" role="img"'
        ' font-family="system-ui, -apple-system, Segoe UI, Helvetica, Arial, sans-serif">',
        "<title>The modules of Warelog and what they import</title>",
        f'<rect width="100%" height="100%" rx="10" fill="{GROUND}"/>',
    ]
    lines += [folder_frame(folder) for folder in layout.folders]
    lines += [arrow(modules[a].folder, points) for a, _, points in layout.paths]
    lines += [folder_title(folder) for folder in layout.folders]
    for name, (x, y) in sorted(layout.boxes.items()):
        lines += box(name, modules[name].folder, libraries.get(name), x, y)
    return "\n".join([*lines, "</svg>", ""])


def colour(folder):
    return COLOURS.get(folder, INK)


def folder_frame(folder):
    return (
        f'<rect x="{folder.x:g}" y="{folder.y:g}" width="{folder.width:g}" height="{folder.height:g}" rx="8"'
        f' fill="{colour(folder.name)}" fill-opacity="0.07"/>'
    )


def folder_title(folder):
    title = TITLES.get(folder.name, f"Sources/{folder.name}")
    return (
        f'<text x="{folder.x + 10:g}" y="{folder.y + 15:g}" font-size="11" fill="{colour(folder.name)}"'
        f' font-weight="600" stroke="{GROUND}" stroke-width="4" paint-order="stroke">{escape(title)}</text>'
    )


def arrow(folder, points):
    """A line that leaves and arrives vertically, and a head at its end."""
    path = [f"M{points[0][0]:g},{points[0][1]:g}"]
    for (ax, ay), (bx, by) in zip(points, points[1:]):
        if ax == bx:
            path.append(f"V{by:g}")
        else:
            middle = (ay + by) / 2
            path.append(f"C{ax:g},{middle:g} {bx:g},{middle:g} {bx:g},{by:g}")
    x, y = points[-1]
    ink = colour(folder)
    return (
        f'<path d="{" ".join(path)}" fill="none" stroke="{ink}" stroke-width="1.3" stroke-opacity="0.75"/>'
        f'<path d="M{x - 3.5:g},{y - 2:g}h7l-3.5,7z" fill="{ink}"/>'
    )


def box(name, folder, library, x, y):
    ink, middle = colour(folder), x + BOX_WIDTH / 2
    yield (
        f'<rect x="{x:g}" y="{y:g}" width="{BOX_WIDTH}" height="{BOX_HEIGHT}" rx="6" fill="#ffffff" stroke="{ink}"/>'
    )
    baseline = y + (18 if library else 25)
    yield (
        f'<text x="{middle:g}" y="{baseline:g}" font-size="14" text-anchor="middle" fill="{INK}">{escape(name)}</text>'
    )
    if library:
        yield (
            f'<text x="{middle:g}" y="{y + 32:g}" font-size="10" text-anchor="middle" fill="{PALE}">'
            f"{escape(library)}</text>"
        )
