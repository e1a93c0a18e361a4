"""What the modules of the product may import. Each rule yields one sentence for each breach."""

from graph import find_circle, folder_edges, reachable

# The fold is pure: besides values and JSON it knows nothing. A module is added here only for a good reason.
EVENTS_MAY_REACH = {"Base", "InternetAddress", "JSON", "CYYJSON"}
PROCESS_ONLY = {"HTTPServer", "S3", "Service", "Settings", "SharedSettings"}
WORKER_MAY_REACH = {"Base", "Imaging", "CImaging", "ImageHeaders", "CImageHeaders"}


def breaches(modules):
    yield from circles(modules)
    yield from processes_are_strangers(modules)
    yield from model_is_no_process(modules)
    yield from reaches_only(modules, "Events", EVENTS_MAY_REACH, "the fold is pure")
    yield from reaches_only(modules, "ImageWorker", WORKER_MAY_REACH, "the worker has no network")
    yield from each_library_has_one_owner(modules)


def circles(modules):
    circle = find_circle({name: module.imports for name, module in modules.items()})
    if circle:
        yield "modules import one another in a circle: " + " → ".join([*circle, circle[0]])
        return
    circle = find_circle(folder_edges(modules))
    if circle:
        yield "folders import one another in a circle: " + " → ".join(
            f"{a} ({', '.join(sorted(between(modules, a, b)))})" for a, b in zip(circle, [*circle[1:], circle[0]])
        )


def between(modules, importing, imported):
    """The imports that lead from one folder to another: `ReadModel imports Service`."""
    for module in modules.values():
        for name in module.imports:
            if module.folder == importing and name in modules and modules[name].folder == imported:
                yield f"{module.name} imports {name}"


def processes_are_strangers(modules):
    processes = {name for name, module in modules.items() if module.folder == "Processes"}
    for name in sorted(processes):
        for other in sorted(reachable(modules, name) & processes):
            yield f"{name} reaches {other}: processes meet in the events and never import one another"


def model_is_no_process(modules):
    for name, module in sorted(modules.items()):
        if module.folder == "Model":
            for other in sorted(reachable(modules, name) & PROCESS_ONLY):
                yield f"{name} reaches {other}: the model serves nothing, stores no objects and reads no settings"


def reaches_only(modules, name, allowed, reason):
    for other in sorted(reachable(modules, name) - allowed):
        yield f"{name} reaches {other}: {reason}"


def each_library_has_one_owner(modules):
    for name, module in sorted(modules.items()):
        if module.kind != "system":
            continue
        owners = sorted(owner.name for owner in modules.values() if name in owner.imports)
        if len(owners) != 1:
            yield f"{name} has {len(owners)} owners ({', '.join(owners)}): one wrapper owns a C library"
