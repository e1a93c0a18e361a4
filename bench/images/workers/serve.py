"""What a Python encoder's process does: see ImageBench/main.swift for what is said on its descriptors."""

import json
import resource
import sys


def status_bytes(name):
    with open("/proc/self/status") as status:
        for line in status:
            if line.startswith(name):
                return int(line.split()[1]) * 1024
    return 0


def begin_memory():
    # proc(5): writing 5 sets the peak to what is resident now.
    with open("/proc/self/clear_refs", "w") as file:
        file.write("5")
    return status_bytes("VmRSS:")


def cpu_seconds():
    usage = resource.getrusage(resource.RUSAGE_SELF)
    return usage.ru_utime + usage.ru_stime


def serve(encoder, version, operations):
    """`operations`: name to a function of (bytes, quality, max_side) that gives (bytes, width, height, format)."""
    answers = sys.stdout.buffer

    def answer(fields, payload=b""):
        answers.write(json.dumps(fields).encode() + b"\n" + payload)
        answers.flush()

    answer({"encoder": encoder, "version": version})
    while header := sys.stdin.buffer.read(64):
        operation, quality, max_side, count = header.split()
        source = sys.stdin.buffer.read(int(count))
        resident, begun = begin_memory(), cpu_seconds()
        try:
            output, width, height, form = operations[operation.decode()](source, int(quality), int(max_side))
        except Exception as error:
            answer({"error": f"{type(error).__name__}: {error}"})
            continue
        taken = cpu_seconds() - begun
        memory = max(0, status_bytes("VmHWM:") - resident)
        answer(
            {"cpu": taken, "memory": memory, "width": width, "height": height, "format": form, "count": len(output)},
            output,
        )
