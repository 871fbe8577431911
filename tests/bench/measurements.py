"""What can be measured. Each function adds its figures to a run; names are those of report.py."""

import contextlib
import json
import os
import pathlib
import shutil
import subprocess
import tempfile
import time

import mix
import owners
import stores
import system
import webhooks
from stores import programs
from webhooks import TOOLS

# Of the bare server's rate, what is wanted of ours.
GOALS = {"sqlite": 0.5, "postgresql": 0.35}
SWEEP = (1, 2, 4, 8, 16, 32, 64)

# What the databases' own interfaces do, by name: events in a transaction, and connections. 8 is
# about what 32 senders bring at a time.
RAW = {"sqlite": {"alone": (1, 1), "8": (8, 1), "64": (64, 1)},
       "postgresql": {"alone": (1, 1), "1": (1, 32), "8": (8, 4), "64": (64, 4)}}

# Transactions at a time of the least service that there could be: of 1, 2, 4 and 8 what did most.
LEAN_CONNECTIONS = {"sqlite": 1, "postgresql": 2}

MEMORY = pathlib.Path("/dev/shm")  # a file system in memory, where there is one of this size
MEMORY_BYTES = 1 << 30


class Run:
    """One run: what it has measured so far, and how long it may take."""

    def __init__(self, seconds):
        self.seconds = seconds
        self.figures = {"cores": os.cpu_count()}
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


def _tool(name, *arguments, **options):
    """Runs one of our programs to its end; the JSON it prints."""
    done = subprocess.run(
        [TOOLS / name, *arguments, *(f"--{name.replace('_', '-')}={value}"
                                     for name, value in options.items())],
        stdout=subprocess.PIPE, text=True, check=True)
    return json.loads(done.stdout)


def _with_cpu(measure, *arguments, **options):
    """What `measure` returns, and how many us of CPU each of what it counts took: of the whole
    machine's, the load generator and the kernel included."""
    before, begin = stores.machine_cpu_seconds(), time.monotonic()
    result = measure(*arguments, **options)
    cores = (stores.machine_cpu_seconds() - before) / (time.monotonic() - begin)
    return result, cores / result["rate"] * 1e6


def disk(run):
    """What one durable write takes, where the databases are."""
    result = _tool("bench_raw_limits", "fdatasync", database=run.folder, seconds=run.seconds / 2)
    run.figures["disk.p50_us"] = result["latency_us"]["50"]


def grpc(run):
    """What a unary call takes, and how many there can be, with nothing behind them."""
    for name, arguments in (("grpc", []), ("grpc_one_thread", ["--one-thread"])):
        with Tool("bench_bare_grpc", *arguments) as server:
            address = f"127.0.0.1:{server.port}"
            alone = _tool("bench_grpc_load", "get", service=address, calls=1, in_flight=1,
                          seconds=run.seconds / 2, warm_up=run.warm_up)
            many, cpu_us = _with_cpu(_tool, "bench_grpc_load", "get", service=address, calls=1,
                                     in_flight=64, seconds=run.seconds, warm_up=run.warm_up)
        run.figures[f"{name}.p50_us"] = alone["latency_us"]["50"]
        run.figures[f"{name}.rate"] = many["rate"]
        run.figures[f"{name}.cpu_us"] = cpu_us


def raw(run):
    """What recording events costs with the databases' own interfaces."""
    for database, cases in RAW.items():
        for name, (group, clients) in cases.items():
            folder = run.folder / f"{database}-{name}"
            folder.mkdir()
            store = stores.KINDS[database](folder)
            try:
                calls = run.calls_for(120_000 if group > 1 else 30_000)
                calls -= calls % (64 * clients)
                store.register(mix.CALL_NUMBER, calls)
                result, cpu_us = _with_cpu(
                    _tool, "bench_raw_limits", database, database=store.location, group=group,
                    clients=clients, seconds=run.seconds, warm_up=run.warm_up, calls=calls,
                    first_call=mix.CALL_NUMBER)
            finally:
                store.close()
            run.figures[f"raw.{database}.{name}"] = result["rate"]
            run.figures[f"raw.{database}.{name}.cpu_us"] = cpu_us


def _webhook_rate(run, kind, store, adapter, folder):
    """How many webhooks a second an adapter takes from 32 connections."""
    load = webhooks.Load(folder, kind, adapter.port, programs.SECRET)
    rate = load.run(run.seconds, run.calls_for(40_000), store, warm_up=run.warm_up)["rate"]
    load.verify(store)
    return rate


@contextlib.contextmanager
def _least_service(database, folder):
    """The least service that there could be, on a database of its own: the store and its address."""
    folder.mkdir()
    store = stores.KINDS[database](folder)
    with Tool("bench_lean_service", database, f"--database={store.location}",
              f"--connections={LEAN_CONNECTIONS[database]}") as service:
        try:
            yield store, f"127.0.0.1:{service.port}"
        finally:
            store.close()


@contextlib.contextmanager
def _lean_system(database, folder):
    """Our adapter before the least service: the store and the adapter."""
    with _least_service(database, folder) as (store, address):
        adapter = programs.start_adapter(address, folder, f"--spool={folder / 'spool.db'}")
        try:
            yield store, adapter
        finally:
            adapter.stop()


def _lean_rate(run, kind, database, folder):
    """How many webhooks a second that takes."""
    with _lean_system(database, folder) as (store, adapter):
        return _webhook_rate(run, kind, store, adapter, folder)


def lean(run):
    """Webhooks where the service has no rules: what the rest leaves room for."""
    for database in stores.KINDS:
        for kind in ("small", "real"):
            run.figures[f"lean.{database}.{kind}.rate"] = _lean_rate(
                run, kind, database, run.folder / f"{database}-{kind}")
        folder = run.folder / f"{database}-alone"
        with _lean_system(database, folder) as (store, adapter):
            load = webhooks.Load(folder, "small", adapter.port, programs.SECRET)
            run.figures[f"lean.{database}.alone.p50_us"] = _alone(run, store, load)["50"]


def no_disk(run):
    """Webhooks with databases on a disk that takes no time: what the real one costs."""
    if not MEMORY.is_dir() or shutil.disk_usage(MEMORY).free < MEMORY_BYTES:
        return
    with tempfile.TemporaryDirectory(dir=MEMORY) as name:
        folder = pathlib.Path(name)
        with system.System("sqlite", folder) as programs_:
            run.figures["sqlite.no_disk.rate"] = _webhook_rate(
                run, "small", programs_.store, programs_.adapter, folder)
        run.figures["lean.sqlite.no_disk.rate"] = _lean_rate(run, "small", "sqlite",
                                                             folder / "lean")


def unnamed(run):
    """Webhooks that name a call by VAPI's id only."""
    for database in ("sqlite", "postgresql"):
        folder = run.folder / database
        folder.mkdir()
        with system.System(database, folder) as programs_:
            load = webhooks.Load(folder, "unnamed", programs_.adapter.port, programs.SECRET)
            calls = run.calls_for(40_000)
            programs_.store.register(load.next_call, calls, vapi_ids=True)
            result = load.run(run.seconds, calls, warm_up=run.warm_up)
            run.figures[f"{database}.unnamed.rate"] = result["rate"]
            load.verify(programs_.store)


def _batches(run, store, address, folder, cpu_seconds=lambda: 0.0):
    """How many events a second a service takes in batches of 64, how many cores meanwhile, and how
    many us of the whole machine's CPU each event took."""
    calls = run.calls_for(150_000) + 4096
    mix.write("small", folder / "mix")
    store.register(mix.CALL_NUMBER, calls)
    before, begin = cpu_seconds(), time.monotonic()
    result, cpu_us = _with_cpu(
        _tool, "bench_grpc_load", "batch", service=address, in_flight=8, calls=calls,
        seconds=run.seconds, warm_up=run.warm_up, mix=folder / "mix",
        acknowledged=folder / "acknowledged")
    cores = (cpu_seconds() - before) / (time.monotonic() - begin)
    webhooks.verify(store, mix.CALL_NUMBER, (folder / "acknowledged").read_bytes())
    return result["rate"], cores, cpu_us


def batch(run):
    """Batches of 64 events into the service alone; and into the least one that there could be."""
    for database in stores.KINDS:
        folder = run.folder / database
        folder.mkdir()
        with system.Service(database, folder) as service:
            rate, cores, cpu_us = _batches(run, service.store, service.service.address, folder,
                                           lambda: service.cpu()["service"])
            run.figures[f"batch.{database}.rate"] = rate
            run.figures[f"batch.{database}.cpu.service"] = cores
            run.figures[f"batch.{database}.cpu_us"] = cpu_us
        with _least_service(database, folder / "lean") as (store, address):
            run.figures[f"lean.batch.{database}.rate"] = _batches(run, store, address, folder)[0]


def http(run):
    """What the load generator can do, and the limit of HTTP and JSON."""
    for kind in ("small", "real"):
        for name, arguments in (("generator", ["--trivial"]), ("http", [])):
            with Tool("bench_bare_http", *arguments) as server:
                load = webhooks.Load(run.folder, kind, server.port)
                result, cpu_us = _with_cpu(load.run, run.seconds, run.calls_for(500_000),
                                           warm_up=run.warm_up)
                if (name, kind) == ("http", "small"):
                    alone = load.run(run.seconds / 2, run.calls_for(20_000), connections=1,
                                     warm_up=run.warm_up / 2)
                    run.figures["http.small.p50_us"] = alone["latency_us"]["50"]
            run.figures[f"{name}.{kind}.rate"] = result["rate"]
            run.figures[f"{name}.{kind}.cpu_us"] = cpu_us


def _webhooks(run, database):
    for kind in ("small", "real"):
        folder = run.folder / kind
        folder.mkdir()
        with system.System(database, folder) as programs_:
            load = webhooks.Load(folder, kind, programs_.adapter.port, programs.SECRET)
            _full_load(run, f"{database}.{kind}", programs_, load)
            _owners(run, f"{database}.{kind}", programs_, load)
            _open_loop(run, f"{database}.{kind}", programs_, load,
                       GOALS[database] * run.figures.get(f"http.{kind}.rate", 1e9))
            if kind == "small":
                alone = _alone(run, programs_.store, load)
                run.figures[f"{database}.alone.p50_us"] = alone["50"]
                run.figures[f"{database}.alone.p99_us"] = alone["99"]
                _sweep(run, database, programs_, load)
            load.verify(programs_.store)


def _full_load(run, name, programs_, load):
    """32 connections, each with the next webhook as soon as the last is answered."""
    calls = run.calls_for(40_000)
    programs_.store.register(load.next_call, calls)
    before, begin = programs_.cpu(), time.monotonic()
    result, run.figures[f"{name}.cpu_us"] = _with_cpu(load.run, run.seconds, calls,
                                                      warm_up=run.warm_up)
    seconds = time.monotonic() - begin
    run.figures[f"{name}.rate"] = result["rate"]
    run.figures[f"{name}.p99_ms"] = result["latency_us"]["99"] / 1000
    run.figures[f"{name}.spooled"] = result["statuses"].get("202", 0)
    for part, used in programs_.cpu().items():
        run.figures[f"{name}.cpu.{part}"] = (used - before[part]) / seconds
    for part, (_, most, share) in programs_.memory().items():
        run.figures[f"{name}.memory.{part}"] = most
        run.figures[f"{name}.memory_share.{part}"] = share


def _owners(run, name, programs_, load):
    """Whose code has the CPU at that load. Not measured with it, for sampling takes some as well."""
    calls = run.calls_for(40_000)
    programs_.store.register(load.next_call, calls)
    with owners.sampled(programs_.pids(), run.folder) as samples:
        load.run(run.seconds, calls, warm_up=run.warm_up)
    for owner, part in samples.parts.items():
        run.figures[f"{name}.owner.{owner}"] = part


def _open_loop(run, name, programs_, load, goal):
    """Latency at a constant rate, from the time at which each webhook was due."""
    rate = min(goal, 0.9 * run.figures[f"{name}.rate"])
    result = load.run(run.seconds, run.calls_for(rate * 1.2) + 1024, programs_.store, rate=rate,
                      warm_up=run.warm_up)
    run.figures[f"{name}.open.rate"] = result["rate"]
    run.figures[f"{name}.open.p50_ms"] = result["latency_us"]["50"] / 1000
    run.figures[f"{name}.open.p99_ms"] = result["latency_us"]["99"] / 1000
    run.figures[f"{name}.open.percentiles_us"] = result["latency_us"]


def _alone(run, store, load):
    """How long webhooks take, by percentile, where nothing waits for anything else."""
    return load.run(run.seconds / 2, run.calls_for(10_000), store, connections=1,
                    warm_up=run.warm_up / 2)["latency_us"]


def _sweep(run, database, programs_, load):
    """Throughput against concurrency, for the picture."""
    seconds = run.seconds / 4
    run.figures[f"{database}.sweep"] = {
        str(connections): load.run(seconds, run.calls_for(30_000, seconds), programs_.store,
                                   connections=connections, warm_up=seconds / 4)["rate"]
        for connections in SWEEP}


def reads(run):
    """Among a million calls: how soon it is ready, and how many it can show."""
    for database in ("sqlite", "postgresql"):
        folder = run.folder / database
        folder.mkdir()
        store = stores.KINDS[database].filled(folder)
        options = {"calls": stores.FILLED_CALLS, "first_call": stores.FIRST_FILLED_CALL,
                   "seconds": run.seconds, "warm_up": run.warm_up}
        with system.Service(database, folder, store) as service:
            run.figures[f"start.{database}.ms"] = service.start_seconds * 1000
            options["service"] = service.service.address
            run.figures[f"get.{database}.rate"] = _tool("bench_grpc_load", "get", **options)["rate"]
            for page in ("first", "last"):
                result = _tool("bench_grpc_load", "list", page=page, **options)
                run.figures[f"list.{database}.{page}"] = result["rate"]


def filled(run):
    """Memory, and webhooks a second, where there are a million calls already."""
    store = stores.Sqlite.filled(run.folder)
    with system.System("sqlite", run.folder, store) as programs_:
        load = webhooks.Load(run.folder, "small", programs_.adapter.port, programs.SECRET)
        result = load.run(run.seconds, run.calls_for(40_000), store, warm_up=run.warm_up)
        run.figures["filled.sqlite.rate"] = result["rate"]
        run.figures["filled.sqlite.memory"] = sum(most for _, most, _ in
                                                  programs_.memory().values())
        load.verify(store, already=stores.FILLED_CALLS)


def watch(run):
    """How soon after its report an event is at every watcher."""
    for database in ("sqlite", "postgresql"):
        folder = run.folder / database
        folder.mkdir()
        mix.write("small", folder / "mix")
        with system.Service(database, folder) as service:
            first = mix.CALL_NUMBER
            for watchers, rate in ((1000, 20), (50, 400)):
                calls = run.calls_for(rate) + 1000
                service.store.register(first, calls)
                result = _tool("bench_watch_load", service=service.service.address, rate=rate,
                               watchers=watchers, seconds=run.seconds, first_call=first,
                               mix=folder / "mix")
                run.figures[f"watch.{database}.{watchers}.p99_ms"] = (
                    result["latency_us"]["99"] / 1000)
                first += calls


ALL = {
    "disk": disk,
    "grpc": grpc,
    "raw": raw,
    "http": http,
    "lean": lean,
    "webhooks-sqlite": lambda run: _webhooks(run, "sqlite"),
    "no-disk": no_disk,
    "webhooks-postgresql": lambda run: _webhooks(run, "postgresql"),
    "unnamed": unnamed,
    "batch": batch,
    "reads": reads,
    "filled": filled,
    "watch": watch,
}
