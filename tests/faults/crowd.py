"""Thousands of connections that behave badly, in a process of their own.

They come from many addresses, 127.0.1.1 and so on, as an attack does."""

import errno
import multiprocessing
import os
import resource
import select
import socket
import time

FROM_ONE_ADDRESS = 1000


def allow_many_files():
    """As many as the machine permits; returns how many those are."""
    most = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))
    return most


def _connect(port, index):
    connection = socket.socket()
    connection.setblocking(False)
    connection.bind((f"127.0.1.{index // FROM_ONE_ADDRESS + 1}", 0))
    code = connection.connect_ex(("127.0.0.1", port))
    if code not in (0, errno.EINPROGRESS):
        raise OSError(code, os.strerror(code))
    return connection


class _Crowd:
    """The connections of one process, and what became of each."""

    def __init__(self, port, count, opening, drip):
        self._drip = drip
        self._poll = select.epoll()
        self._open = {}
        self.answers = {}
        for index in range(count):
            connection = _connect(port, index)
            self._open[connection.fileno()] = (connection, bytearray())
            self._poll.register(connection, select.EPOLLOUT)
        self._send_openings(opening)

    def _send_openings(self, opening):
        waiting = len(self._open)
        while waiting:
            for number, _ in self._poll.poll(5):
                try:
                    self._open[number][0].send(opening)
                except OSError:
                    pass  # it was closed at once: found when it is read
                self._poll.unregister(number)  # an answer must not be taken for room to send
                waiting -= 1
        for number in self._open:
            self._poll.register(number, select.EPOLLIN)

    def _receive(self, number):
        connection, received = self._open[number]
        try:
            data = connection.recv(4096)
        except ConnectionError:
            data = b""
        received += data
        if data:
            return
        status = bytes(received[9:12]).decode() or "closed"
        self.answers[status] = self.answers.get(status, 0) + 1
        self._poll.unregister(number)
        connection.close()
        del self._open[number]

    def _drip_on_all(self):
        for connection, received in self._open.values():
            if not received:
                try:
                    connection.send(self._drip)
                except OSError:
                    pass

    def run(self, seconds):
        """Drips once a second, until all are closed or the time is over."""
        end = time.monotonic() + seconds
        next_drip = 0.0
        while self._open and time.monotonic() < end:
            if self._drip and time.monotonic() >= next_drip:
                self._drip_on_all()
                next_drip = time.monotonic() + 1.0
            for number, _ in self._poll.poll(0.2):
                self._receive(number)
        if self._open:
            self.answers["open"] = len(self._open)


def _run(pipe, seconds, *crowd):
    allow_many_files()
    members = _Crowd(*crowd)
    pipe.send("connected")
    members.run(seconds)
    pipe.send(members.answers)


class CrowdProcess:
    """A crowd at work. `count` connections each send `opening`, and `drip` every second."""

    def __init__(self, port, count, opening, drip=b"", seconds=120.0):
        self._pipe, other = multiprocessing.Pipe()
        self._process = multiprocessing.Process(
            target=_run, args=(other, seconds, port, count, opening, drip))
        self._process.start()
        self._seconds = seconds

    def _receive(self):
        if not self._pipe.poll(self._seconds + 60):
            raise AssertionError("the crowd does not answer")
        return self._pipe.recv()

    def wait_until_connected(self):
        """Returns once all are connected and have sent their opening."""
        assert self._receive() == "connected"

    def is_done(self):
        """Whether all of them are closed."""
        return self._pipe.poll()

    def answers(self):
        """How often each status was answered, once all are closed; `closed` for none, `open` for
        those that are not."""
        answers = self._receive()
        self._process.join()
        return answers

    def close(self):
        """Ends it, whatever it is doing."""
        self._process.kill()
        self._process.join()
