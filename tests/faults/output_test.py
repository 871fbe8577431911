"""Nobody takes what the programs say: they go on."""

import fcntl
import os
import pathlib
import subprocess
import unittest

import surroundings
import programs
import webhook
from webhook import BEGIN


LISTENS = "0A"  # the state of a socket, as the system writes it


def port_of(process):
    """The port that a process listens on, as the system knows it; None as long as it does not."""
    try:
        files = {os.readlink(file) for file in pathlib.Path(f"/proc/{process.pid}/fd").iterdir()}
    except OSError:
        return None  # it has closed one meanwhile, or ended
    for table in pathlib.Path("/proc/net").glob("tcp*"):  # sockets of tcp6 take IPv4 as well
        with open(table, encoding="ascii") as lines:
            for _, local, _, state, _, _, _, _, _, inode, *_ in map(str.split, list(lines)[1:]):
                if state == LISTENS and f"socket:[{inode}]" in files:
                    return int(local.split(":")[1], 16)
    return None


def fill(writing):
    """Fills a pipe, made as large as it may be."""
    fcntl.fcntl(writing, fcntl.F_SETPIPE_SZ, 1 << 20)
    # Opened anew, for who shares the other one is to wait as before.
    own = os.open(f"/proc/self/fd/{writing}", os.O_WRONLY | os.O_NONBLOCK)
    try:
        while True:
            os.write(own, b"x" * 4096)
    except BlockingIOError:
        os.close(own)


class OutputTest(surroundings.FaultTest):
    """Both programs with outputs of the same kind."""

    def start_mute(self, outputs, name, *arguments):
        """A program that can say nothing, not even where it listens; its process and address."""
        process = subprocess.Popen([str(programs.BIN / name), "--listen=127.0.0.1:0", *arguments],
                                   **outputs)
        self.addCleanup(process.wait)
        self.addCleanup(process.kill)
        port = programs.wait_until(lambda: port_of(process) or process.poll() is not None,
                                   f"{name} listens")
        self.assertIsNone(process.poll(), f"{name} has ended")
        return process, f"127.0.0.1:{port}"

    def assert_they_work(self, check=lambda process: None, **outputs):
        service, service_address = self.start_mute(outputs, "call-event-service",
                                                   f"--database={self.database.url}")
        adapter, adapter_address = self.start_mute(
            outputs, "vapi-webhook-adapter", f"--service={service_address}", "--insecure-no-auth")
        self.connect(service_address).create_call(1)
        sender = webhook.Sender(adapter_address)
        self.addCleanup(sender.close)
        for number in range(50):
            answer = sender.post(webhook.status_update(1, "in-progress", BEGIN + number, "v"))
            self.assertEqual(answer.http, 200, answer)
            self.assertEqual(sender.post("{").http, 400)  # is logged
        self.assertEqual(len(self.connect(service_address).events(1)), 50)
        for process in (adapter, service):
            check(process)
            process.terminate()
            self.assertEqual(process.wait(30), 0)
        self.assertEqual(self.database.problems(), [])

    def test_full_disk_of_the_log_disturbs_nothing(self):
        """FT62."""
        with open("/dev/full", "wb", buffering=0) as full:
            self.assert_they_work(stdout=full, stderr=full)

    def test_reader_of_the_log_that_is_gone_disturbs_nothing(self):
        """FT62: a pipe without its other end."""
        reading, writing = os.pipe()
        os.close(reading)
        self.addCleanup(os.close, writing)
        self.assert_they_work(stdout=writing, stderr=writing)

    def test_reader_of_the_log_that_hangs_disturbs_nothing(self):
        """FT62: a pipe that is full, while its other end is open."""
        reading, writing = os.pipe()
        self.addCleanup(os.close, reading)
        self.addCleanup(os.close, writing)
        fill(writing)
        self.assert_they_work(stdout=writing, stderr=writing)

    def test_closed_outputs_do_not_become_files_or_connections(self):
        """FT62: else the log would be written to whatever is opened first."""
        self.assert_they_work(preexec_fn=lambda: os.closerange(0, 3), check=self.assert_no_outputs)

    def assert_no_outputs(self, process):
        for number in (1, 2):
            self.assertEqual(os.readlink(f"/proc/{process.pid}/fd/{number}"), "/dev/null")


if __name__ == "__main__":
    unittest.main(verbosity=2)
