"""Places the modules: strips of folders from top to bottom, rows of boxes in a folder, imports through the gaps."""

from dataclasses import dataclass, field
from itertools import pairwise

from graph import folder_edges, reachable

BOX_WIDTH, BOX_HEIGHT = 126, 40
GAP, ROW_GAP = 28, 36
PADDING, TITLE, STRIP_GAP, FOLDER_GAP = 16, 24, 32, 22
LANE = 5


@dataclass
class Folder:
    name: str
    rows: list = field(default_factory=list)
    x: float = 0
    y: float = 0
    width: float = 0
    height: float = 0


@dataclass
class Layout:
    folders: list
    boxes: dict
    paths: list
    width: float
    height: float


def shown_imports(modules):
    """The imports that others do not imply: with Gateway → History → EventLog, Gateway → EventLog is left out."""
    for name, module in sorted(modules.items()):
        for imported in sorted(module.imports & modules.keys()):
            others = module.imports & modules.keys() - {imported}
            if not any(imported in reachable(modules, other) for other in others):
                yield name, imported


def depths(edges):
    """How far below the top each node lies: one more than the lowest of those that point to it."""
    depth = {}

    def visit(node):
        if node not in depth:
            above = [other for other, targets in edges.items() if node in targets]
            depth[node] = 1 + max((visit(other) for other in above), default=-1)
        return depth[node]

    for node in sorted(edges):
        visit(node)
    return depth


def make_layout(modules):
    imports = list(shown_imports(modules))
    strips = make_strips(modules)
    rows = [row for strip in strips for row in strip_rows(strip)]
    order_rows(rows, imports)
    width = max(strip_width(strip) for strip in strips) + 2 * PADDING
    boxes, height = place(strips, width)
    return Layout([f for strip in strips for f in strip], boxes, route(imports, boxes), width, height)


def make_strips(modules):
    depth = depths(folder_edges(modules))
    strips = [[] for _ in range(max(depth.values()) + 1)]
    for name in sorted(depth):
        inside = {m.name: m.imports for m in modules.values() if m.folder == name}
        inner = depths({m: {i for i in imports if i in inside} for m, imports in inside.items()})
        rows = [[] for _ in range(max(inner.values()) + 1)]
        for module in sorted(inner):
            rows[inner[module]].append(module)
        strips[depth[name]].append(Folder(name, rows))
    # The largest folder of a strip comes first.
    return [sorted(strip, key=lambda f: -sum(len(row) for row in f.rows)) for strip in strips]


def strip_rows(strip):
    for level in range(max(len(f.rows) for f in strip)):
        yield [f.rows[level] for f in strip if level < len(f.rows)]


def strip_width(strip):
    return sum(folder_width(f) for f in strip) + FOLDER_GAP * (len(strip) - 1)


def folder_width(folder):
    widest = max(len(row) for row in folder.rows)
    return widest * (BOX_WIDTH + GAP) - GAP + 2 * PADDING


def order_rows(rows, imports):
    """Exchanges neighbours' places while that makes the imports shorter and lets fewer of them cross."""
    lists = [names for row in rows for names in row]
    best = cost(rows, imports)
    for _ in range(12):
        before = best
        for names in lists:
            for i in range(len(names)):
                for j in range(i):
                    names[i], names[j] = names[j], names[i]
                    tried = cost(rows, imports)
                    if tried < best:
                        best = tried
                    else:
                        names[i], names[j] = names[j], names[i]
        if best == before:
            return


def cost(rows, imports):
    position = {}
    for level, row in enumerate(rows):
        names = [name for part in row for name in part]
        for place, name in enumerate(names):
            position[name] = (place - (len(names) - 1) / 2, level)
    total, lines = 0, [(position[a], position[b]) for a, b in imports]
    for (ax, ay), (bx, by) in lines:
        total += abs(ax - bx) * (1 + (by - ay) / 4)
    for i, (a, b) in enumerate(lines):
        for c, d in lines[:i]:
            total += 2 * crossing(a, b, c, d)
    return round(total, 6)


def crossing(a, b, c, d):
    top, bottom = max(a[1], c[1]), min(b[1], d[1])
    if top >= bottom:
        return False
    return (at(a, b, top) - at(c, d, top)) * (at(a, b, bottom) - at(c, d, bottom)) < 0


def at(start, end, y):
    """Where a line is at a height."""
    share = (y - start[1]) / (end[1] - start[1])
    return start[0] + (end[0] - start[0]) * share


def place(strips, width):
    boxes, y = {}, PADDING
    for strip in strips:
        x = (width - strip_width(strip)) / 2
        tallest = max(len(f.rows) for f in strip)
        height = TITLE + tallest * (BOX_HEIGHT + ROW_GAP) - ROW_GAP + PADDING
        for f in strip:
            f.x, f.y, f.width, f.height = x, y, folder_width(f), height
            for level, row in enumerate(f.rows):
                step = (f.width - 2 * PADDING + GAP) / len(row)
                for column, name in enumerate(row):
                    left = x + PADDING + step * column + (step - GAP - BOX_WIDTH) / 2
                    boxes[name] = (round(left, 1), y + TITLE + level * (BOX_HEIGHT + ROW_GAP))
            x += f.width + FOLDER_GAP
        y += height + STRIP_GAP
    return boxes, y - STRIP_GAP + PADDING


def route(imports, boxes):
    """For each import the points that its line runs through: straight down wherever no box is in the way."""
    ends = ports(imports, boxes)
    levels = sorted({y for _, y in boxes.values()})
    passages = {}
    for (a, b), (start, end) in ends.items():
        x = start[0]
        passed = [y for y in levels if boxes[a][1] < y < boxes[b][1]]
        for i, level in enumerate(passed):
            goal = end[0] if all(is_free(end[0], later, boxes) for later in passed[i:]) else x
            x = free_place(goal, level, boxes)
            passages.setdefault(level, []).append((x, end[0], a, b))
    lanes = {level: spread_lanes(lines) for level, lines in passages.items()}
    paths = []
    for (a, b), (start, end) in sorted(ends.items()):
        points = [start]
        for level in sorted(lanes):
            if (a, b) in lanes[level]:
                x = lanes[level][a, b]
                points += [(x, level - 6), (x, level + BOX_HEIGHT + 6)]
        paths.append((a, b, [(round(x, 1), round(y, 1)) for x, y in [*points, end]]))
    return paths


def spread_lanes(lines):
    """Lines that would run on top of one another run side by side, those that go further left on the left."""
    lanes, group = {}, []
    for line in [*sorted(lines), (float("inf"), 0, "", "")]:
        if group and line[0] - group[-1][0] >= LANE:
            middle = sum(x for x, *_ in group) / len(group)
            for i, (_, _, a, b) in enumerate(sorted(group, key=lambda each: (each[1], each))):
                lanes[a, b] = middle + (i - (len(group) - 1) / 2) * LANE
            group = []
        group.append(line)
    return lanes


def ports(imports, boxes):
    """Spreads the lines that leave or reach a box over its edge, in the order of where they come from or go to."""
    ends = {}
    for name, (x, y) in boxes.items():
        leaving = sorted((b for a, b in imports if a == name), key=lambda b: boxes[b][0])
        for i, b in enumerate(leaving):
            ends[name, b] = [(x + spread(i, len(leaving)), y + BOX_HEIGHT), None]
    for name, (x, y) in boxes.items():
        arriving = sorted((a for a, b in imports if b == name), key=lambda a: boxes[a][0])
        for i, a in enumerate(arriving):
            ends[a, name][1] = (x + spread(i, len(arriving)), y - 5)
    return ends


def spread(index, count):
    return BOX_WIDTH * (index + 1) / (count + 1)


def free_place(wanted, level, boxes):
    """The place nearest to the wanted one where a line passes between the boxes of a row."""
    if is_free(wanted, level, boxes):
        return wanted
    row = sorted(x for x, y in boxes.values() if y == level)
    gaps = [row[0] - GAP / 2, row[-1] + BOX_WIDTH + GAP / 2]
    gaps += [(a + BOX_WIDTH + b) / 2 for a, b in pairwise(row) if b - a - BOX_WIDTH >= GAP - 1]
    return min(gaps, key=lambda x: abs(x - wanted))


def is_free(wanted, level, boxes):
    return all(y != level or not x - 6 <= wanted <= x + BOX_WIDTH + 6 for x, y in boxes.values())
