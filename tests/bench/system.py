"""The two programs under load, and what they use."""

import pathlib
import re

import stores
from stores import programs


def memory_mb(pid):
    """(resident now, resident at most, proportional share) of a process, in MB."""
    status = pathlib.Path(f"/proc/{pid}/status").read_text()
    rollup = pathlib.Path(f"/proc/{pid}/smaps_rollup").read_text()

    def kilobytes(name, text):
        return int(re.search(rf"^{name}:\s+(\d+) kB", text, re.M)[1]) / 1024
    return kilobytes("VmRSS", status), kilobytes("VmHWM", status), kilobytes("Pss", rollup)


class System:
    """Service and adapter on a database of their own.

    with System(kind, folder) as system:
        calls = system.register(1000)
    """

    def __init__(self, kind, folder, spool=True):
        self.store = stores.KINDS[kind](folder)
        self.service = programs.start_service(self.store.url)
        try:
            spool_arguments = [f"--spool={pathlib.Path(folder) / 'spool.db'}"] if spool else []
            self.adapter = programs.start_adapter(self.service.address, folder, *spool_arguments)
        except BaseException:
            self.service.kill()
            raise

    def cpu(self):
        """CPU seconds so far, by part."""
        return {"adapter": stores.cpu_seconds(self.adapter.process.pid),
                "service": stores.cpu_seconds(self.service.process.pid),
                "database server": self.store.server_cpu_seconds()}

    def memory(self):
        """MB, by process: resident now, at most, and the proportional share."""
        return {"adapter": memory_mb(self.adapter.process.pid),
                "service": memory_mb(self.service.process.pid)}

    def __enter__(self):
        return self

    def __exit__(self, kind, *_):
        codes = [self.adapter.stop(), self.service.stop()]
        self.store.close()
        if kind is None and codes != [0, 0]:
            raise RuntimeError(f"the programs ended with {codes}: {self.adapter.log_text()}"
                               f"{self.service.log_text()}")
