"""Prints what was injected, how long the service was away, and what is wrong."""

from collections import Counter, defaultdict

from checker import KINDS

WRITES = ("create", "edit", "delete", "upload")


def pauses(calls, faults):
    """For each fault: the seconds from its end to the end of the next write that took effect."""
    ends = sorted(call.end for call in calls if call.kind in WRITES and call.status in (200, 201, 204))
    found = defaultdict(list)
    for fault in faults:
        following = next((end for end in ends if end >= fault.end), None)
        if following is not None:
            found[fault.fault].append(following - fault.end)
    return found


def answer_times(calls, faults):
    """(seconds, call) of each answer, but for those of processes that could not answer meanwhile."""
    away = defaultdict(list)
    for fault in faults:
        if fault.process is not None:
            away[fault.process].append(fault)
    for call in calls:
        kind = call.gateway.partition("-")[0]
        over = [f for f in away[call.gateway] + away[kind] if f.start <= call.end and call.start <= f.end]
        if not over:
            yield call.end - call.start, call


def table(rows):
    widths = [max(len(str(row[column])) for row in rows) for column in range(len(rows[0]))]
    for row in rows:
        first, *others = (str(cell) for cell in row)
        print("  " + "  ".join([first.ljust(widths[0]), *(c.rjust(w) for c, w in zip(others, widths[1:]))]).rstrip())


def report(recorder, violations, seconds):
    """Prints the tables; (longest pause, longest answer)."""
    calls, faults = recorder.calls, recorder.faults
    waits = pauses(calls, faults)
    count = Counter(fault.fault for fault in faults)
    print("\nfaults")
    table(
        [("fault", "times", "longest s until a write took effect")]
        + [(name, count[name], f"{max(waits[name], default=0):.2f}") for name in sorted(count)]
        + [("all", sum(count.values()), "")]
    )
    print("\nrequests")
    kinds = Counter((call.kind, call.status) for call in calls)
    table(
        [("kind", "answer", "times")]
        + [(kind, status or "none", times) for (kind, status), times in sorted(kinds.items(), key=str)]
    )
    print("\nwhat is wrong")
    wrong = Counter(kind for kind, _ in violations)
    table([(kind, wrong[kind]) for kind in KINDS])
    shown = Counter()
    for kind, text in violations:
        shown[kind] += 1
        if shown[kind] <= 5:
            print(f"  {kind}: {text}")
    longest_wait = max((wait for found in waits.values() for wait in found), default=0)
    longest_answer, call = max(answer_times(calls, faults), key=lambda pair: pair[0])
    print(f"\n{len(calls)} requests and {len(faults)} faults in {seconds:.0f} s")
    print(f"longest time from the end of a fault to a write that took effect: {longest_wait:.2f} s")
    print(f"longest answer: {longest_answer:.2f} s, {call.kind}, status {call.status}")
    return longest_wait, longest_answer
