"""A client that abuses HTTP/2 on a connection of its own disturbs no other one [FT53]."""

import os
import socket
import struct
import unittest

import programs
from fixture import EndToEndTest

PREFACE = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"
HEADERS, RST_STREAM, SETTINGS, PING, GOAWAY, CONTINUATION = 1, 3, 4, 6, 7, 9
END_HEADERS = 0x4
ENHANCE_YOUR_CALM = 11
PATH = b"/autopulse.callevents.v1.CallEventService/WatchCalls"
MANY = 10_000

# The address sanitizer's malloc keeps much of what is freed; here it is asked whether anything is left.
GIVES_BACK = ":quarantine_size_mb=1:thread_local_quarantine_size_kb=64:allocator_release_to_os_interval_ms=500"


def frame(kind, payload=b"", flags=0, stream=0):
    return struct.pack(">I", len(payload))[1:] + bytes([kind, flags]) + struct.pack(
        ">I", stream) + payload


def literal(name, value):
    """A header field that is not indexed; both parts are shorter than 127 bytes."""
    return b"\x00" + bytes([len(name)]) + name + bytes([len(value)]) + value


def varint(number):
    """A number as it is on the wire of protobuf."""
    return bytes([number & 127 | 128]) + varint(number >> 7) if number > 127 else bytes([number])


REQUEST = b"".join(literal(name, value) for name, value in (
    (b":method", b"POST"), (b":scheme", b"http"), (b":path", PATH), (b":authority", b"test"),
    (b"te", b"trailers"), (b"content-type", b"application/grpc")))


class Connection:
    """Bytes to the server, and frames from it."""

    def __init__(self, address, timeout=20.0):
        host, port = address.split(":")
        self.socket = socket.create_connection((host, int(port)), timeout)
        self._buffer = b""

    def begin(self):
        self.send(PREFACE + frame(SETTINGS))
        return self

    def send(self, data):
        """False if the server has hung up."""
        try:
            self.socket.sendall(data)
        except (ConnectionError, BrokenPipeError):
            return False
        return True

    def _read(self, size):
        while len(self._buffer) < size:
            try:
                more = self.socket.recv(65536)
            except ConnectionError:
                more = b""
            if not more:
                return None
            self._buffer += more
        data, self._buffer = self._buffer[:size], self._buffer[size:]
        return data

    def read(self):
        """The kind and the payload of the next frame; None if the server has hung up."""
        head = self._read(9)
        if head is None:
            return None
        payload = self._read(int.from_bytes(head[:3], "big"))
        return None if payload is None else (head[3], payload)

    def await_end(self):
        """Fails if the server has not hung up in time."""
        while self.read() is not None:
            pass

    def error_of_goaway(self):
        """The error with which the server says goodbye; None if it just hangs up."""
        while True:
            got = self.read()
            if got is None:
                return None
            if got[0] == GOAWAY:
                return struct.unpack(">I", got[1][4:8])[0]


class Http2AbuseTest(EndToEndTest):
    """Each abuse has a service of its own, and an honest client beside it."""

    def setUp(self):
        super().setUp()
        options = os.environ.get("ASAN_OPTIONS", "") + GIVES_BACK
        self.service = self.start_service(environment={"ASAN_OPTIONS": options})
        self.honest = self.connect(self.service.address)
        self.honest.create_call(15)

    def connection(self):
        connection = Connection(self.service.address)
        self.addCleanup(connection.socket.close)
        return connection

    def assert_served(self):
        self.assertEqual(self.honest.get_call(15).name, "calls/15")

    def memory_mb(self):
        return self.service.status("VmRSS") / 1024

    def test_ping_flood_is_sent_away(self):
        connection = self.connection().begin()
        for _ in range(1000):
            if not connection.send(frame(PING, b"12345678")):
                break
        self.assertEqual(connection.error_of_goaway(), ENHANCE_YOUR_CALM)
        self.assert_served()

    def test_streams_that_are_opened_and_reset_leave_nothing_behind(self):
        connection = self.connection().begin()
        before = self.memory_mb()
        for number in range(MANY):
            stream = 2 * number + 1
            if not connection.send(frame(HEADERS, REQUEST, END_HEADERS, stream) +
                                   frame(RST_STREAM, struct.pack(">I", 8), 0, stream)):
                break
        self.assert_served()
        connection.socket.close()
        programs.wait_until(lambda: self.memory_mb() < before + 64, "memory that is given back")

    def test_more_streams_than_a_connection_may_have_disturb_no_other_one(self):
        connection = self.connection().begin()
        for number in range(MANY):
            if not connection.send(frame(HEADERS, REQUEST, END_HEADERS, 2 * number + 1)):
                break
        self.assert_served()
        self.assertLess(self.memory_mb(), 512)

    def test_streams_do_not_keep_what_they_were_asked_with(self):
        """Of health anyone may ask, by any name; in the other it is a field that nobody knows."""
        before = self.memory_mb()
        size = 15 << 20
        for path, field in (("/grpc.health.v1.Health/Watch", 1), (PATH.decode(), 15)):
            request = bytes([field << 3 | 2]) + varint(size) + b"x" * size
            watch = self.honest.channel.unary_stream(path)
            for _ in range(15):
                stream = watch(request)
                self.addCleanup(stream.cancel)
                stream.initial_metadata()
        programs.wait_until(lambda: self.memory_mb() < before + 128, "memory that is given back")
        self.assert_served()

    def test_headers_without_an_end_are_cut_off_or_cost_nothing(self):
        connection = self.connection().begin()
        before = self.memory_mb()
        connection.send(frame(HEADERS, REQUEST, 0, 1))
        field = literal(b"x-much", b"x" * 120) * 100
        for _ in range(1000):  # 13 MB
            if not connection.send(frame(CONTINUATION, field, 0, 1)):
                break
        self.assertLess(self.memory_mb(), before + 64)
        self.assert_served()

    def test_what_is_no_http2_is_hung_up_on(self):
        connection = self.connection()
        connection.send(b"GET / HTTP/1.1\r\nHost: x\r\n\r\n")
        connection.await_end()
        self.assert_served()

    def test_connection_that_never_says_a_word_is_given_up(self):
        self.connection().await_end()
        self.assert_served()

    def test_frame_that_is_too_large_ends_its_connection_alone(self):
        connection = self.connection().begin()
        connection.send(b"\xff\xff\xff" + bytes([HEADERS, 0]) + struct.pack(">I", 1))
        connection.await_end()
        self.assert_served()


if __name__ == "__main__":
    unittest.main(verbosity=2)
