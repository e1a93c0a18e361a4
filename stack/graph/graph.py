"""The modules of Package.swift: who imports whom, and which folder each module lives in."""

import json
import subprocess
from dataclasses import dataclass


@dataclass(frozen=True)
class Module:
    name: str
    kind: str
    folder: str
    imports: frozenset[str]
    package: str | None


def read_modules(root):
    """Asks the Swift package manager, so that the picture shows what is built and not what a file says."""
    # A scratch directory of its own: a build that is running holds the lock of the usual one.
    scratch = f"{root}/.build/graph"
    command = ["swift", "package", "--package-path", root, "--scratch-path", scratch, "dump-package"]
    dumped = subprocess.run(command, check=True, stdout=subprocess.PIPE).stdout
    modules = {}
    for target in json.loads(dumped)["targets"]:
        imports = frozenset(each["byName"][0] for each in target["dependencies"] if "byName" in each)
        path = target.get("path") or default_path(target)
        modules[target["name"]] = Module(
            target["name"], target["type"], folder(path, target["type"]), imports, debian_package(target)
        )
    return modules


def default_path(target):
    return ("Tests/" if target["type"] == "test" else "Sources/") + target["name"]


def folder(path, kind):
    """`Sources/Model/EventLog` lives in Model. An executable directly below Sources is one of the processes."""
    parts = path.split("/")
    if parts[0] != "Sources":
        return parts[0]
    if len(parts) == 2:
        return "Processes" if kind == "executable" else parts[1]
    return parts[1]


def debian_package(target):
    """The library that a system module stands for: `libuv1` for `CLibuv`."""
    for provider in target.get("providers") or []:
        for names in provider.get("apt", []):
            return names[0].removesuffix("-dev")
    return None


def reachable(modules, name):
    """Everything that a module imports, directly or through others."""
    found, waiting = set(), [name]
    while waiting:
        for imported in modules[waiting.pop()].imports:
            if imported in modules and imported not in found:
                found.add(imported)
                waiting.append(imported)
    return found


def find_circle(edges):
    """Returns nodes each of which points to the next and the last to the first; none when everything points one way."""
    done, path = set(), []

    def visit(node):
        if node in path:
            return path[path.index(node) :]
        if node in done:
            return None
        path.append(node)
        for target in sorted(edges.get(node, ())):
            circle = visit(target)
            if circle:
                return circle
        path.pop()
        done.add(node)
        return None

    for start in sorted(edges):
        circle = visit(start)
        if circle:
            return circle
    return None


def folder_edges(modules):
    edges = {module.folder: set() for module in modules.values()}
    for module in modules.values():
        for imported in module.imports:
            if imported in modules and modules[imported].folder != module.folder:
                edges[module.folder].add(modules[imported].folder)
    return edges


def product_modules(modules):
    """What the product is made of: no tests, no benchmarks, no build plugin."""
    return {
        name: module
        for name, module in modules.items()
        if module.folder not in ("Plugins", "Tests", "bench", "stack") and module.kind != "plugin"
    }
