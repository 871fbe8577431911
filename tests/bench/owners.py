"""Whose code has the CPU: samples of perf, by who has written what they were taken in."""

import collections
import contextlib
import pathlib
import shutil
import signal
import subprocess

OURS = "our own code"
KERNEL = "the kernel"
GRPC = "gRPC, protobuf and Abseil"
ODB = "ODB and libpq"
LANGUAGE = "the C and C++ libraries"
SQLITE = "SQLite"
SERVER = "PostgreSQL's server"
OTHERS = "JSON, cryptography, log and others"
ALL = (OURS, KERNEL, GRPC, ODB, LANGUAGE, SQLITE, SERVER, OTHERS)

# Of a file, by how its name begins.
_OF_FILES = (
    ("[", KERNEL),
    ("libsqlite3", SQLITE),
    ("postgres", SERVER),
    ("libodb", ODB), ("libpq", ODB),
    ("libgrpc", GRPC), ("libgpr", GRPC), ("libupb", GRPC), ("libprotobuf", GRPC), ("libabsl", GRPC),
    ("libaddress_sorting", GRPC), ("libcares", GRPC), ("libre2", GRPC),
    ("libc.", LANGUAGE), ("libm.", LANGUAGE), ("libstdc++", LANGUAGE), ("libgcc", LANGUAGE),
    ("ld-linux", LANGUAGE),
    ("lib", OTHERS),
)

# Of our programs' own files, by how the function's name begins: generated, or made from templates
# of a library.
_OF_FUNCTIONS = (("autopulse::callevents::v1::", GRPC), ("grpc::", GRPC), ("google::", GRPC),
                 ("odb::", ODB))

_SAMPLES_A_SECOND = 999  # not in step with anything that happens a thousand times a second


def _owner(file, function):
    name = file if file.startswith("[") else pathlib.PurePath(file).name
    for begin, owner in _OF_FILES:
        if name.startswith(begin):
            return owner
    for begin, owner in _OF_FUNCTIONS:
        if function.startswith(begin):
            return owner
    return OURS


class Samples:
    """The part of the CPU that each owner's code had, once sampling has ended; none where there is
    no perf."""

    def __init__(self):
        self.parts = {}

    def read(self, samples):
        """Counts those of a file of perf's."""
        lines = subprocess.run(["perf", "script", "-i", samples, "-F", "ip,sym,dso"], text=True,
                               stdout=subprocess.PIPE, stderr=subprocess.DEVNULL,
                               check=True).stdout.splitlines()
        counts = collections.Counter()
        for line in filter(str.strip, lines):
            place, _, file = line.strip().rpartition(" (")
            function = place.partition(" ")[2]  # behind the address
            counts[_owner(file.rstrip(")"), function)] += 1
        self.parts = {owner: count / counts.total() for owner, count in counts.items()}


@contextlib.contextmanager
def sampled(pids, folder):
    """Samples processes for as long as the block lasts: a `Samples`."""
    samples = Samples()
    if shutil.which("perf") is None:
        yield samples
        return
    file = pathlib.Path(folder) / "perf.data"
    with subprocess.Popen(
            ["perf", "record", "-o", file, "-e", "cpu-clock", "-F", str(_SAMPLES_A_SECOND),
             "-p", ",".join(map(str, pids))],
            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as perf:
        try:
            yield samples
        finally:
            perf.send_signal(signal.SIGINT)
    if file.exists() and file.stat().st_size > 0:  # else it was not allowed
        samples.read(file)
