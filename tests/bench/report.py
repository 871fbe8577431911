"""The table, from the figures of several runs."""

import statistics

import owners


WEBHOOKS = {f"{database}.{kind}": f"{database}, {text}"
            for database in ("sqlite", "postgresql")
            for kind, text in (("small", "small bodies"), ("real", "real size"))}
_PARTS = ("adapter", "service", "database server")  # of the CPU whose owners are known


def _owner_figure(name, owner):
    return f"{name}.owner.{owner}"


class Row:
    """One line of the table: a figure, and the limit and the goal that belong to it."""

    def __init__(self, title, value, unit="/s", limit=None, limit_name="", goal=None, least=True,
                 bound=None):
        self.title = title
        self.value = value  # of a run's figures; KeyError where it was not measured
        self.unit = unit
        self.limit = limit
        self.limit_name = limit_name
        self.goal = goal  # (text, a function of a run's figures)
        self.least = least  # whether the goal is the least, or the most
        self.bound = bound  # what could be at best, of a run's figures; nothing if that is not known


def _figure(name):
    return lambda figures: figures[name]


def _sum(*names):
    return lambda figures: sum(figures[name] for name in names)


def _share_of(name, part):
    return lambda figures: figures[name] * part


# The goals in calls or events a second were set on a machine with these limits. On another, the same
# part of its own limit says whether ours is as good.
LIMITS_WHERE_SET = {"grpc.rate": 34_000, "raw.sqlite.64": 70_000}


def _in_proportion(goal, limit):
    """The goal that stands in the same proportion to a run's `limit`."""
    part = goal / LIMITS_WHERE_SET[limit]
    return f"{part:.2f} of the limit", _share_of(limit, part)


def _twice_disk_and_grpc(figures):
    return 2 * (figures["disk.p50_us"] + figures["grpc.p50_us"])


# What a program cannot do without, if the rest cost nothing: an HTTP request, its part of a gRPC
# request of 8, and its part of a transaction of 8.
def _parts_on_all_cores(database):
    return lambda figures: figures["cores"] * 1e6 / (
        figures["http.small.cpu_us"] + figures["grpc.cpu_us"] / 8
        + figures[f"raw.{database}.8.cpu_us"])


def _parts_in_turn(database):
    return lambda figures: (figures["http.small.p50_us"] + figures["grpc.p50_us"]
                            + 1e6 / figures[f"raw.{database}.alone"])


# As if the rate were the CPU's alone.
def _without_own_code(name):
    return lambda figures: figures[f"{name}.rate"] / (1 - figures[_owner_figure(name, owners.OURS)])


# As if no core ever idled.
def _without_waiting(name):
    return lambda figures: figures["cores"] * 1e6 / figures[f"{name}.cpu_us"]


def _ours_beside(limit, name, limit_name, unit="/s"):
    """A figure again, as a part of the line above; nothing where that was not measured."""
    return Row("- ours beside that", lambda figures: (limit(figures), figures[name])[1], unit,
               limit=limit, limit_name=limit_name)


def _webhook_rows():
    for database, part in (("sqlite", 0.5), ("postgresql", 0.35)):
        for kind, text in (("small", "small bodies"), ("real", "bodies of real size")):
            name = f"{database}.{kind}"
            goal = ((f"{part} of bare HTTP", _share_of("http.small.rate", part))
                    if kind == "small" else
                    ("60% of small bodies' goal", _share_of("http.small.rate", part * 0.6)))
            bare = {"limit": _figure(f"http.{kind}.rate"), "limit_name": "bare HTTP and JSON",
                    "goal": goal}
            lean = _figure(f"lean.{name}.rate")
            yield Row(f"webhooks, {database}, {text}", _figure(f"{name}.rate"), bound=lean, **bare)
            if kind == "small":
                yield Row("- its parts alone, all cores busy", _parts_on_all_cores(database), **bare)
                yield _ours_beside(_parts_on_all_cores(database), f"{name}.rate",
                                   "its parts alone")
            yield Row("- with a service that has no rules", lean, **bare)
            yield _ours_beside(lean, f"{name}.rate", "that without rules")
            yield Row("- ours if our own code took no CPU, computed", _without_own_code(name), **bare)
            yield Row("- ours if no core ever idled, computed", _without_waiting(name), **bare)
            if (database, kind) == ("sqlite", "small"):
                yield Row("- ours where the disk takes no time", _figure("sqlite.no_disk.rate"),
                          **bare)
                yield Row("- that without rules and without a disk",
                          _figure("lean.sqlite.no_disk.rate"), **bare)
            if kind == "small":
                yield Row("- with VAPI's id of the call only", _figure(f"{database}.unnamed.rate"),
                          limit=_figure(f"{name}.rate"), limit_name="ours with both ids")
            if (database, kind) == ("postgresql", "small"):
                yield Row("- beside a transaction for each event", _figure(f"{name}.rate"),
                          limit=_figure("raw.postgresql.1"), limit_name="raw, one for each",
                          goal=("twice that", lambda figures: 2 * figures["raw.postgresql.1"]),
                          bound=lean)
            yield Row("- p99 of those 32 senders", _figure(f"{name}.p99_ms"), "ms")
            yield Row("- at a constant rate of", _figure(f"{name}.open.rate"))
            yield Row("- p50 at that rate", _figure(f"{name}.open.p50_ms"), "ms")
            yield Row("- p99 at that rate", _figure(f"{name}.open.p99_ms"), "ms",
                      goal=("20 ms", lambda figures: 20), least=False)
            for part_name in ("adapter", "service", "database server", "rest"):
                if (database, part_name) != ("sqlite", "database server"):
                    yield Row(f"- cores, {part_name}", _figure(f"{name}.cpu.{part_name}"), "")
            for part_name in ("adapter", "service"):
                yield Row(f"- memory, {part_name}", _figure(f"{name}.memory.{part_name}"), "MB")
            yield Row("- memory, both", _sum(f"{name}.memory.adapter", f"{name}.memory.service"),
                      "MB", goal=("96 MB", lambda figures: 96), least=False)
        disk_and_grpc = {"limit": _sum("disk.p50_us", "grpc.p50_us"),
                         "limit_name": "fdatasync and bare gRPC",
                         "goal": ("twice that", _twice_disk_and_grpc), "least": False}
        lean_alone = _figure(f"lean.{database}.alone.p50_us")
        yield Row(f"one webhook alone, {database}, p50", _figure(f"{database}.alone.p50_us"), "us",
                  bound=lean_alone, **disk_and_grpc)
        yield Row("- its parts alone, in turn", _parts_in_turn(database), "us", **disk_and_grpc)
        yield _ours_beside(_parts_in_turn(database), f"{database}.alone.p50_us",
                           "its parts alone", "us")
        yield Row("- with a service that has no rules", lean_alone, "us", **disk_and_grpc)
        yield _ours_beside(lean_alone, f"{database}.alone.p50_us", "that without rules", "us")
        yield Row("- p99", _figure(f"{database}.alone.p99_us"), "us")


def _against_limit(title, name, goal, limit, limit_name):
    """A rate beside its limit and its goal; and the goal in proportion to the limit."""
    yield Row(title, _figure(name), limit=_figure(limit), limit_name=limit_name,
              goal=goal and (f"{goal:,}/s", lambda figures: goal), bound=_figure(limit))
    if goal:
        yield Row("- beside the goal in proportion", _figure(name), goal=_in_proportion(goal, limit))


def _read_rows(database):
    yield Row(f"start to ready, {database}, 1,000,000 calls", _figure(f"start.{database}.ms"), "ms",
              goal=("300 ms", lambda figures: 300), least=False)
    yield from _against_limit(f"GetCall, {database}", f"get.{database}.rate", 25_000,
                              "grpc.rate", "bare gRPC")
    for page in ("first", "last"):
        yield from _against_limit(f"ListCalls, {database}, 50 calls, {page} page",
                                  f"list.{database}.{page}", 4_000, "grpc.rate", "bare gRPC")


def rows():
    """All lines, in order."""
    yield Row("fdatasync of a page, p50", _figure("disk.p50_us"), "us")
    yield Row("bare gRPC, one call alone, p50", _figure("grpc.p50_us"), "us")
    yield Row("bare gRPC, 64 under way", _figure("grpc.rate"))
    yield Row("- one call alone, by one thread, p50", _figure("grpc_one_thread.p50_us"), "us")
    yield Row("- 64 under way, by one thread", _figure("grpc_one_thread.rate"))
    for database in ("sqlite", "postgresql"):
        yield Row(f"raw {database}, one client, a commit for each event",
                  _figure(f"raw.{database}.alone"))
        yield Row(f"raw {database}, 32 clients, a commit for each event",
                  _figure(f"raw.{database}.1"))
        yield Row(f"raw {database}, groups of 8", _figure(f"raw.{database}.8"))
        yield Row(f"raw {database}, groups of 64", _figure(f"raw.{database}.64"))
    yield Row("load generator, small bodies", _figure("generator.small.rate"))
    yield Row("load generator, bodies of real size", _figure("generator.real.rate"))
    yield Row("bare HTTP and JSON, one small body alone, p50", _figure("http.small.p50_us"), "us")
    yield Row("bare HTTP and JSON, small bodies", _figure("http.small.rate"))
    yield Row("bare HTTP and JSON, bodies of real size", _figure("http.real.rate"))
    yield from _webhook_rows()
    for database, goal in (("sqlite", 40_000), ("postgresql", None)):
        lean = _figure(f"lean.batch.{database}.rate")
        yield from _against_limit(f"BatchReportCallEvents of 64, {database}, events",
                                  f"batch.{database}.rate", goal, f"raw.{database}.64",
                                  "raw, groups of 64")
        yield Row("- with a service that has no rules", lean,
                  limit=_figure(f"raw.{database}.64"), limit_name="raw, groups of 64",
                  goal=goal and _in_proportion(goal, f"raw.{database}.64"))
        yield _ours_beside(lean, f"batch.{database}.rate", "that without rules")
        yield Row("- ours if no core ever idled, computed", _without_waiting(f"batch.{database}"),
                  limit=_figure(f"raw.{database}.64"), limit_name="raw, groups of 64",
                  goal=goal and _in_proportion(goal, f"raw.{database}.64"))
        yield Row("- cores, service", _figure(f"batch.{database}.cpu.service"), "")
    for database in ("sqlite", "postgresql"):
        yield from _read_rows(database)
        for watchers, rate in ((1000, 20), (50, 400)):
            yield Row(f"WatchCalls, {database}, {watchers} watchers, {rate} events/s, p99",
                      _figure(f"watch.{database}.{watchers}.p99_ms"), "ms",
                      goal=("100 ms", lambda figures: 100), least=False)
    yield Row("webhooks, sqlite, beside 1,000,000 calls", _figure("filled.sqlite.rate"),
              limit=_figure("sqlite.small.rate"), limit_name="ours without them")
    yield Row("- memory, both", _figure("filled.sqlite.memory"), "MB",
              goal=("96 MB", lambda figures: 96), least=False)


def _number(value, unit):
    if unit == "/s" or value >= 1000:
        text = f"{value:,.0f}"
    else:
        text = f"{value:.3g}"
    return f"{text} {unit}".replace(" /s", "/s").strip()


def _values(function, runs):
    """Of those runs that have it."""
    values = []
    for figures in runs:
        try:
            values.append(function(figures))
        except KeyError:
            pass
    return values


def _reaches(value, row, runs):
    """Whether a figure is as good as a row's goal."""
    part = statistics.median(_values(lambda f: value(f) / row.goal[1](f), runs))
    return part >= 1 if row.least else part <= 1


def _verdict(row, runs):
    """Whether a row's goal is reached, or can be."""
    if _reaches(row.value, row, runs):
        return "yes"
    if row.bound and _values(row.bound, runs) and not _reaches(row.bound, row, runs):
        return "out of reach"
    return "no"


def _cells(row, runs):
    """The cells of one line; nothing if it was not measured."""
    values = _values(row.value, runs)
    if not values:
        return None
    cells = [row.title, _number(statistics.median(values), row.unit),
             f"{_number(min(values), '')} to {_number(max(values), '')}"]
    ratios = _values(lambda f: row.value(f) / row.limit(f), runs) if row.limit else []
    cells.append(f"{statistics.median(ratios):.2f} of {row.limit_name}" if ratios else "")
    if row.goal and _values(lambda f: row.value(f) / row.goal[1](f), runs):
        wanted = _number(statistics.median(_values(row.goal[1], runs)), row.unit)
        text = row.goal[0] if row.goal[0] == wanted else f"{row.goal[0]}: {wanted}"
        cells += [f"{'at least' if row.least else 'at most'} {text}", _verdict(row, runs)]
    else:
        cells += ["", ""]
    return cells


# Cores that a run may lose to what is not ours, and be judged.
_MOST_REST = 0.5  # at full load; the load generator by itself needs less
_MOST_STOLEN = 0.15  # by the host, from first to last


def _is_disturbed(figures):
    rest = [value for name, value in figures.items() if name.endswith(".cpu.rest")]
    return max(rest, default=0) > _MOST_REST or figures.get("cores.stolen", 0) > _MOST_STOLEN


def _undisturbed(runs):
    return [figures for figures in runs if not _is_disturbed(figures)]


def can_judge(runs):
    """Whether most runs had the machine for themselves."""
    return 2 * len(_undisturbed(runs)) > len(runs)


def shown(runs):
    """Those that are shown: the undisturbed ones if they are most, else all."""
    return _undisturbed(runs) if can_judge(runs) else runs


HEAD = ["what", "median", "min to max", "of the limit, same run", "goal", "reached"]


def _lines(runs):
    """The cells of each line that was measured; of those with a dash only below the one they tell of."""
    is_measured = False
    for row in rows():
        cells = _cells(row, runs)
        if not row.title.startswith("- "):
            is_measured = cells is not None
        if cells and is_measured:
            yield cells


def _aligned(lines, right):
    """Cells as a Markdown table, which is readable as it stands; the columns of `right` as numbers."""
    widths = [max(len(line[column]) for line in lines) for column in range(len(lines[0]))]
    head, *others = ["| " + " | ".join(
        cell.rjust(width) if column in right else cell.ljust(width)
        for column, (cell, width) in enumerate(zip(line, widths))) + " |" for line in lines]
    rule = "|" + "|".join("-" * (width + 1) + (":" if column in right else "-")
                          for column, width in enumerate(widths)) + "|"
    return [head, rule, *others]


def _cpu_of(name, owner):
    """us of CPU that an owner's code has for a webhook."""
    return lambda figures: (figures.get(_owner_figure(name, owner), 0) / figures[f"{name}.rate"]
                            * sum(figures[f"{name}.cpu.{part}"] for part in _PARTS) * 1e6)


def owners_table(runs):
    """Whose code has the CPU of a webhook, by load; nothing where that was not measured."""
    known = [name for name in WEBHOOKS
             if _values(_figure(_owner_figure(name, owners.OURS)), runs)]
    if not known:
        return []
    cpu = {owner: [statistics.median(_values(_cpu_of(name, owner), runs)) for name in known]
           for owner in owners.ALL}
    most_first = sorted(filter(lambda owner: any(cpu[owner]), cpu),
                        key=lambda owner: -sum(cpu[owner]))
    return _aligned([["us of CPU for a webhook", *(WEBHOOKS[name] for name in known)],
                     *([owner, *(f"{value:.1f}" for value in cpu[owner])] for owner in most_first)],
                    right=range(1, 1 + len(known)))


def table(result):
    """The lines as a Markdown table, and below it whose code has the CPU. Runs that were disturbed
    are left out; unless they are most: then no goal is judged."""
    runs = shown(result["runs"])
    left_out = len(result["runs"]) - len(runs)
    lines = [HEAD, *_lines(runs)]
    machine = result["machine"]
    notes = []
    if left_out:
        are = "is" if left_out == 1 else "are"
        notes = ["", f"{left_out} more {are} left out: other work, or the host, took too much"
                 " meanwhile."]
    if not can_judge(result["runs"]):
        lines = [HEAD] + [[*cells[:-1], "unknown" if cells[-1] else ""] for cells in lines[1:]]
        notes = ["", "**Not to be relied on**: other work, or the host, took too much in most runs, from"
                 " the limits as well as from ours. No goal is judged."]
    whose = owners_table(runs)
    return "\n".join([
        f"{len(runs)} {'run' if len(runs) == 1 else 'runs'} of {result['seconds']:g} s each, on"
        f" {machine['cores']} cores ({machine['cpu']}, Linux {machine['kernel']}) that all parts share.",
        *notes, "",
        *_aligned(lines, right=(1, 2)), *(["", *whose] if whose else [])])
