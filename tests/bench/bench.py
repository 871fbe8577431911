#!/usr/bin/env -S /usr/bin/python3 -B
"""Measures the programs against the machine's limits; bazel-free-scripts/bench.sh runs this.

Every run measures the limits and ours one after the other, so that what is compared was measured
within minutes of each other. A run that loses an event, or has one twice, ends the program.
"""

import argparse
import json
import os
import pathlib
import platform
import shutil
import sys
import tempfile
import time

import docs
import measurements
import report
import stores


def _arguments():
    names = ", ".join(measurements.ALL)
    parser = argparse.ArgumentParser(prog="bench.sh", description=__doc__.split("\n", maxsplit=1)[0])
    parser.add_argument("names", nargs="*", metavar="NAME",
                        help=f"what to measure; everything without: {names}")
    parser.add_argument("--runs", type=int, default=5, help="medians are of so many (5)")
    parser.add_argument("--seconds", type=float, default=5, help="of each measurement (5)")
    parser.add_argument("--quick", action="store_true",
                        help="one short run: whether it works, not how fast it is")
    parser.add_argument("-o", "--output", choices=("table", "json"), default="table")
    parser.add_argument("--docs", action="store_true",
                        help="also write the table and the pictures into docs/")
    parser.add_argument("--load", nargs="+", metavar="FILE",
                        help="measure nothing: take all runs of these files of -o json")
    arguments = parser.parse_args()
    unknown = sorted(set(arguments.names) - set(measurements.ALL))
    if unknown:
        parser.error(f"unknown NAME {unknown[0]!r}; there are {names}")
    if arguments.quick:
        arguments.runs, arguments.seconds = 1, 0.5
    return arguments


def _machine():
    with open("/proc/cpuinfo", encoding="utf-8") as cpuinfo:
        models = [line.split(":", 1)[1].strip() for line in cpuinfo if line.startswith("model name")]
    return {"cpu": models[0] if models else platform.machine(), "cores": os.cpu_count(),
            "kernel": platform.release().split("-", maxsplit=1)[0]}  # its version, not whose build


def _measure(arguments):
    """The figures of each run: a list of {name: value}."""
    runs = []
    for number in range(arguments.runs):
        run = measurements.Run(arguments.seconds)
        stolen, begin = stores.stolen_cpu_seconds(), time.monotonic()
        for name, measurement in measurements.ALL.items():
            if arguments.names and name not in arguments.names:
                continue
            print(f"== run {number + 1} of {arguments.runs}: {name}", file=sys.stderr, flush=True)
            run.folder = pathlib.Path(tempfile.mkdtemp(prefix="bench."))
            try:
                measurement(run)
            finally:
                shutil.rmtree(run.folder)
                os.sync()  # what the disk still does for this one is not in the way of the next
        run.figures["cores.stolen"] = ((stores.stolen_cpu_seconds() - stolen)
                                       / (time.monotonic() - begin))
        runs.append(run.figures)
    return runs


def _loaded(files):
    """The runs of several files, as if they were of one."""
    results = [json.loads(pathlib.Path(file).read_text()) for file in files]
    return {**results[0], "runs": [run for result in results for run in result["runs"]]}


def _measured(arguments):
    try:
        runs = _measure(arguments)
    finally:
        stores.Postgresql.stop_server()
    return {"machine": _machine(), "seconds": arguments.seconds, "runs": runs}


def main():
    arguments = _arguments()
    result = _loaded(arguments.load) if arguments.load else _measured(arguments)
    if arguments.output == "json":
        print(json.dumps(result, indent=1))
    else:
        print(report.table(result))
    if arguments.docs:
        docs.write(result)


if __name__ == "__main__":
    main()
