"""Starts the real programs, on free ports and in temporary folders, and stops or kills them."""

import os
import pathlib
import queue
import signal
import subprocess
import tempfile
import threading
import time

ROOT = pathlib.Path(__file__).parents[2]
BIN = pathlib.Path(os.environ.get("AUTOPULSE_BIN", ROOT / "build" / "release" / "bin"))
LONG = os.environ.get("AUTOPULSE_LONG_TESTS") == "1"  # whether tests run their long forms
START_SECONDS = 60.0  # sanitizer builds on a loaded machine are slow to start
SECRET = "a secret for tests, long enough"
# Python's own gRPC client is told to look at idle connections more often than every five seconds;
# the programs under test are not.
CLIENT_POLL = "GRPC_CLIENT_CHANNEL_BACKUP_POLL_INTERVAL_MS"
os.environ[CLIENT_POLL] = "50"
_NEVER = threading.Event()


def pause():
    """A hundredth of a second between two looks, or two attempts. The only wait by the clock."""
    _NEVER.wait(0.01)


def wait_until(condition, what, seconds=30.0):
    """Returns the first true value of `condition()`; fails, naming `what`, after `seconds`."""
    deadline = time.monotonic() + seconds
    while True:
        value = condition()
        if value:
            return value
        if time.monotonic() > deadline:
            raise AssertionError(f"not within {seconds} s: {what}")
        pause()


def _environment(more):
    kept = {name: value for name, value in os.environ.items() if name != CLIENT_POLL}
    return {**kept, **(more or {})}


def _assert_not_crashed(name, code, log):
    """Whatever a test is about: sanitizers abort the program after a report, even one at its end."""
    if code < 0 and code != -signal.SIGKILL:
        raise AssertionError(f"{name} was ended by {signal.Signals(-code).name}: {log}")


class Program:
    """A running program that has said that it is ready."""

    def __init__(self, name, *arguments, environment=None, wrapper=()):
        """`wrapper` is a command that becomes the program which follows it."""
        self.name = name
        self.log = tempfile.TemporaryFile()
        self.process = subprocess.Popen(
            [*wrapper, str(BIN / name), *arguments], stdout=subprocess.PIPE, stderr=self.log,
            env=_environment(environment))
        self.ready_line = self._read_ready_line()
        self.address = self.ready_line.split(" ready on ")[1].split(" ")[0].removeprefix("http://")

    def _read_ready_line(self):
        lines = queue.Queue()
        reader = threading.Thread(
            target=lambda: lines.put(self.process.stdout.readline().decode()), daemon=True)
        reader.start()
        try:
            line = lines.get(timeout=START_SECONDS)
        except queue.Empty:
            line = ""
        if " ready on " not in line:
            self.kill()
            raise AssertionError(f"{self.name} did not start: {line!r} {self.log_text()}")
        return line.rstrip("\n")

    @property
    def port(self):
        return int(self.address.rsplit(":", 1)[1])

    def status(self, name):
        """A number that the kernel's status of the process has: VmRSS and VmHWM in KiB, Threads."""
        with open(f"/proc/{self.process.pid}/status", encoding="ascii") as lines:
            return next(int(line.split()[1]) for line in lines if line.startswith(name + ":"))

    def open_files(self):
        """How many file descriptors it has open."""
        return len(os.listdir(f"/proc/{self.process.pid}/fd"))

    def log_text(self):
        """What the program has written to standard error. It shares the file's position, which is
        therefore left where it is."""
        size = os.fstat(self.log.fileno()).st_size
        return os.pread(self.log.fileno(), size, 0).decode(errors="replace")

    def terminate(self):
        """Asks the program to stop, without waiting for it."""
        self.process.terminate()

    def wait(self, seconds=60.0):
        """The exit code, once the program has ended. Fails if it has crashed."""
        code = self.process.wait(seconds)
        self.process.stdout.close()
        _assert_not_crashed(self.name, code, self.log_text())
        return code

    def stop(self):
        self.terminate()
        return self.wait()

    def kill(self):
        """kill -9, and wait until the process is gone."""
        if self.process.poll() is None:
            self.process.kill()
        return self.wait()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        try:
            self.kill()  # fails if it has crashed before
        finally:
            self.log.close()


def start_service(database_url, *arguments, listen="127.0.0.1:0", **options):
    return Program("call-event-service", f"--listen={listen}", f"--database={database_url}",
                   *arguments, **options)


def start_adapter(service_address, folder, *arguments, listen="127.0.0.1:0", **options):
    secret_file = pathlib.Path(folder) / "secret"
    if not secret_file.exists():
        secret_file.touch(mode=0o600)
        secret_file.write_text(SECRET + "\n")
    return Program("vapi-webhook-adapter", f"--listen={listen}", f"--service={service_address}",
                   f"--webhook-secret-file={secret_file}", *arguments, **options)


def run(name, *arguments, environment=None, seconds=60.0, stdout=subprocess.PIPE):
    """Runs a program to its end. Fails if it crashes."""
    result = subprocess.run([str(BIN / name), *arguments], stdin=subprocess.DEVNULL, stdout=stdout,
                            stderr=subprocess.PIPE, text=True, timeout=seconds,
                            env=_environment(environment))
    _assert_not_crashed(name, result.returncode, result.stderr)
    return result
