"""What can be measured. Each function adds its figures to a run; names are those of report.py."""

import subprocess
import time

import mix
import system
import webhooks
from stores import programs
from webhooks import TOOLS

# Of the bare server's rate, what is wanted of ours.
GOALS = {"sqlite": 0.5, "postgresql": 0.35}
SWEEP = (1, 2, 4, 8, 16, 32, 64)


class Run:
    """One run: what it has measured so far, and how long it may take."""

    def __init__(self, seconds):
        self.seconds = seconds
        self.figures = {}
        self.folder = None  # of the measurement under way

    def calls_for(self, rate, seconds=None):
        """Enough calls for so many webhooks a second, with those before measuring begins."""
        seconds = (self.seconds if seconds is None else seconds) + self.warm_up
        return int(rate * seconds / len(mix.STEPS)) + 2000

    @property
    def warm_up(self):
        return min(1.0, self.seconds / 2)


class Tool:
    """One of our servers without anything behind it, while it runs."""

    def __init__(self, name, *arguments):
        self.process = subprocess.Popen([TOOLS / name, *arguments], stdout=subprocess.PIPE,
                                        text=True)
        self.port = int(self.process.stdout.readline().rsplit(":", 1)[1])

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.process.kill()
        self.process.wait()
        self.process.stdout.close()


def http(run):
    """What the load generator can do, and the limit of HTTP and JSON."""
    for kind in ("small", "real"):
        for name, arguments in (("generator", ["--trivial"]), ("http", [])):
            with Tool("bench_bare_http", *arguments) as server:
                load = webhooks.Load(run.folder, kind, server.port)
                result = load.run(run.seconds, run.calls_for(500_000), warm_up=run.warm_up)
            run.figures[f"{name}.{kind}.rate"] = result["rate"]


def _webhooks(run, database):
    for kind in ("small", "real"):
        folder = run.folder / kind
        folder.mkdir()
        with system.System(database, folder) as programs_:
            load = webhooks.Load(folder, kind, programs_.adapter.port, programs.SECRET)
            _full_load(run, f"{database}.{kind}", programs_, load)
            _open_loop(run, f"{database}.{kind}", programs_, load,
                       GOALS[database] * run.figures.get(f"http.{kind}.rate", 1e9))
            if kind == "small":
                _alone(run, database, programs_, load)
                _sweep(run, database, programs_, load)
            load.verify(programs_.store)


def _full_load(run, name, programs_, load):
    """32 connections, each with the next webhook as soon as the last is answered."""
    calls = run.calls_for(40_000)
    programs_.store.register(load.next_call, calls)
    before, begin = programs_.cpu(), time.monotonic()
    result = load.run(run.seconds, calls, warm_up=run.warm_up)
    seconds = time.monotonic() - begin
    run.figures[f"{name}.rate"] = result["rate"]
    run.figures[f"{name}.spooled"] = result["statuses"].get("202", 0)
    for part, used in programs_.cpu().items():
        run.figures[f"{name}.cpu.{part}"] = (used - before[part]) / seconds
    for part, (_, most, share) in programs_.memory().items():
        run.figures[f"{name}.memory.{part}"] = most
        run.figures[f"{name}.memory_share.{part}"] = share


def _open_loop(run, name, programs_, load, goal):
    """Latency at a constant rate, from the time at which each webhook was due."""
    rate = min(goal, 0.9 * run.figures[f"{name}.rate"])
    result = load.run(run.seconds, run.calls_for(rate * 1.2) + 1024, programs_.store, rate=rate,
                      warm_up=run.warm_up)
    run.figures[f"{name}.open.rate"] = result["rate"]
    run.figures[f"{name}.open.p50_ms"] = result["latency_us"]["50"] / 1000
    run.figures[f"{name}.open.p99_ms"] = result["latency_us"]["99"] / 1000
    run.figures[f"{name}.open.percentiles_us"] = result["latency_us"]


def _alone(run, database, programs_, load):
    """One connection: nothing waits for anything else."""
    result = load.run(run.seconds / 2, run.calls_for(10_000), programs_.store, connections=1,
                      warm_up=run.warm_up / 2)
    run.figures[f"{database}.alone.p50_us"] = result["latency_us"]["50"]
    run.figures[f"{database}.alone.p99_us"] = result["latency_us"]["99"]


def _sweep(run, database, programs_, load):
    """Throughput against concurrency, for the picture."""
    seconds = run.seconds / 4
    run.figures[f"{database}.sweep"] = {
        str(connections): load.run(seconds, run.calls_for(30_000, seconds), programs_.store,
                                   connections=connections, warm_up=seconds / 4)["rate"]
        for connections in SWEEP}


ALL = {
    "http": http,
    "webhooks-sqlite": lambda run: _webhooks(run, "sqlite"),
    "webhooks-postgresql": lambda run: _webhooks(run, "postgresql"),
}
