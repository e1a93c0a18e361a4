"""The results as Markdown: what was measured, and what of it was to be reached."""

NAMES = {
    "consume": "floor: records to nowhere (librdkafka)",
    "copy": "floor: `COPY` of the rows, with indexes",
    "peer_untuned": "peer, untuned",
    "peer_tuned": "peer, tuned",
    "live": "projector from zero",
    "rebuild": "`warelog rebuild`",
}
GOAL_EVENTS = 1_000_000


def make(logs, writes):
    """`logs` from the shortest to the longest."""
    lines = [
        "| events | | events/s | its CPU, µs/event | Postgres' CPU, µs/event "
        "| peak memory, MB | WAL, MB | written, MB |",
        "|---:|---|---:|---:|---:|---:|---:|---:|",
    ]
    for log in logs:
        lines += [row(log, part) for part in NAMES if part in log]
    if "writes" in writes:
        lines += ["", writes_line(writes["writes"])]
    goals = list(all_goals(logs, writes))
    if goals:
        lines += ["", "| goal | wanted | measured | |", "|---|---:|---:|---|"]
        lines += [
            f"| {name} | {wanted} | {measured} | {'yes' if reached else '**no**'} |"
            for name, wanted, measured, reached in goals
        ]
    return "\n".join(lines)


def row(log, part):
    used, events = log[part], events_of(log, part)
    cells = [
        f"{events:,}",
        NAMES[part],
        f"{events / used['seconds']:,.0f}",
        per_event(used, "cpu_seconds", events),
        per_event(used, "postgres_cpu_seconds", events),
        megabytes(used, "peak_bytes"),
        megabytes(used, "wal_bytes"),
        megabytes(used, "written_bytes"),
    ]
    return f"| {' | '.join(cells)} |"


def events_of(log, part):
    return log[part].get("events") or log["log"]["events"] + log["log"]["users"]


def per_event(used, name, events):
    return f"{used[name] / events * 1e6:.1f}" if name in used else ""


def megabytes(used, name):
    return f"{used[name] / 1e6:,.0f}" if name in used else ""


def writes_line(writes):
    statuses = ", ".join(f"{count} times {status}" for status, count in sorted(writes["statuses"].items()))
    cpu = ", ".join(f"{name} {value:.0f} µs" for name, value in writes["cpu_us_per_write"].items())
    return (
        f"Writes at {writes['rate']} a second while the projector folds them: p50 {writes['p50_ms']:.1f} ms, "
        f"p99 {writes['p99_ms']:.1f} ms, worst {writes['worst_ms']:.1f} ms ({statuses}); CPU of each write: {cpu}."
    )


def rate(log, part):
    return events_of(log, part) / log[part]["seconds"]


def cpu(log, part):
    return (log[part]["cpu_seconds"] + log[part].get("postgres_cpu_seconds", 0)) / events_of(log, part)


def all_goals(logs, writes):
    """(name, wanted, measured, reached) of everything that there are results for."""
    log = next((log for log in logs if log["log"]["events"] == GOAL_EVENTS), logs[-1] if logs else {})
    if "rebuild" in log:
        yield from rebuild_goals(log, logs)
    if "live" in log:
        yield goal_at_least("projector from zero, events/s", rate(log, "live"), 20_000, "{:,.0f}")
    if "writes" in writes:
        p99 = writes["writes"]["p99_ms"]
        yield ("p99 of a write at 1,000 a second", "< 50 ms", f"{p99:.1f} ms", p99 < 50)


def rebuild_goals(log, logs):
    for peer, times in (("peer_tuned", 4), ("peer_untuned", 10)):
        if peer in log:
            yield goal_at_least(
                f"events/s of {NAMES[peer]}, times", rate(log, "rebuild") / rate(log, peer), times, "{:.1f}"
            )
    if "peer_tuned" in log:
        yield goal_at_most(
            "CPU with Postgres', of the tuned peer's", cpu(log, "rebuild") / cpu(log, "peer_tuned"), 1 / 6, "{:.2f}"
        )
    if "consume" in log and "copy" in log:
        floor = log["consume"]["seconds"] + log["copy"]["seconds"]
        yield goal_at_most("time, of the floor's, times", log["rebuild"]["seconds"] / floor, 2, "{:.1f}")
    rebuilt = [log for log in logs if "rebuild" in log]
    yield goal_at_most("peak memory, MB", max(log["rebuild"]["peak_bytes"] for log in rebuilt) / 1e6, 256, "{:.0f}")
    longest = rebuilt[-1]
    if longest is not log:
        yield goal_at_least(
            f"events/s at {longest['log']['events']:,} events, of those at {log['log']['events']:,}",
            rate(longest, "rebuild") / rate(log, "rebuild"),
            0.9,
            "{:.2f}",
        )


def goal_at_least(name, value, bound, form):
    return (name, f"≥ {form.format(bound)}", form.format(value), value >= bound)


def goal_at_most(name, value, bound, form):
    return (name, f"≤ {form.format(bound)}", form.format(value), value <= bound)
