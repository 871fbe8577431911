"""Nobody takes what the programs say: they go on."""

import fcntl
import os
import socket
import subprocess
import unittest

import surroundings
import programs
import webhook
from load import BEGIN


def free_port():
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return listener.getsockname()[1]


def accepts(port):
    try:
        socket.create_connection(("127.0.0.1", port), 5).close()
    except OSError:
        return False
    return True


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
        """A program that can say nothing: it is found by its port."""
        port = free_port()
        process = subprocess.Popen([str(programs.BIN / name), f"--listen=127.0.0.1:{port}",
                                    *arguments], **outputs)
        self.addCleanup(process.wait)
        self.addCleanup(process.kill)
        programs.wait_until(lambda: accepts(port) or process.poll() is not None, f"{name} listens")
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
