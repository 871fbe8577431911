"""The two programs under load, and what they use."""

import pathlib
import re
import time

import stores
from stores import programs


def memory_mb(pid):
    """(resident now, resident at most, proportional share) of a process, in MB."""
    status = pathlib.Path(f"/proc/{pid}/status").read_text()
    rollup = pathlib.Path(f"/proc/{pid}/smaps_rollup").read_text()

    def kilobytes(name, text):
        return int(re.search(rf"^{name}:\s+(\d+) kB", text, re.M)[1]) / 1024
    return kilobytes("VmRSS", status), kilobytes("VmHWM", status), kilobytes("Pss", rollup)


class Service:
    """The service on a database of its own, or on `store`.

    with Service(kind, folder) as service:
        service.store.register(first, 1000)
    """

    def __init__(self, kind, folder, store=None):
        self.store = store or stores.KINDS[kind](folder)
        begin = time.monotonic()
        # The million calls are old: folding their past away would take a core for minutes.
        self.service = programs.start_service(self.store.url, "--fold-window=0")
        self.start_seconds = time.monotonic() - begin
        self._programs = {"service": self.service}

    def cpu(self):
        """CPU seconds so far, by part; the load generator is of the rest."""
        used = {name: stores.cpu_seconds(program.process.pid)
                for name, program in self._programs.items()}
        used["database server"] = self.store.server_cpu_seconds()
        return {**used, "rest": stores.machine_cpu_seconds() - sum(used.values())}

    def pids(self):
        """Of all that `cpu` tells of, but for the rest."""
        return [*(program.process.pid for program in self._programs.values()),
                *self.store.server_pids()]

    def memory(self):
        """MB, by program: resident now, at most, and the proportional share."""
        return {name: memory_mb(program.process.pid)
                for name, program in self._programs.items()}

    def __enter__(self):
        return self

    def __exit__(self, kind, *_):
        # The adapter is the last that was started, and the first to be stopped.
        stopped = list(reversed(self._programs.values()))
        codes = [program.stop() for program in stopped]
        self.store.close()
        if kind is None and any(codes):
            logs = "".join(program.log_text() for program in stopped)
            raise RuntimeError(f"the programs ended with {codes}: {logs}")


class System(Service):
    """Service and adapter, with a spool."""

    def __init__(self, kind, folder, store=None):
        super().__init__(kind, folder, store)
        try:
            self.adapter = programs.start_adapter(
                self.service.address, folder, f"--spool={pathlib.Path(folder) / 'spool.db'}")
        except BaseException:
            self.service.kill()
            raise
        self._programs["adapter"] = self.adapter
