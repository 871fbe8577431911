"""FT23: file descriptors of the service. gRPC accepts nobody any more once they have run out."""

import resource
import socket
import unittest

import surroundings
import programs

FEW = 64


class DescriptorsTest(surroundings.FaultTest):
    """Connections that cost one each."""

    def open_connections(self, count):
        """They end with the test."""
        host, port = self.service.address.split(":")
        for _ in range(count):
            connection = socket.create_connection((host, int(port)))
            self.addCleanup(connection.close)

    def test_soft_limit_does_not_bound_connections(self):
        self.service = self.start_service(wrapper=["prlimit", f"--nofile={FEW}:4096"])
        self.open_connections(2 * FEW)
        programs.wait_until(lambda: self.service.open_files() > 2 * FEW, "all accepted")
        self.connect(self.service.address).create_call(1)

    def test_scarce_descriptors_are_logged_while_the_service_still_serves(self):
        self.service = self.start_service()
        connection = self.connect(self.service.address)
        connection.create_call(1)
        few = self.service.open_files() + FEW
        resource.prlimit(self.service.process.pid, resource.RLIMIT_NOFILE, (few, few))
        self.open_connections(FEW - 4)
        programs.wait_until(
            lambda: f"file descriptors are nearly used up limit={few}" in self.service.log_text(),
            "it says so")
        self.assertEqual(connection.get_call(1).status_text, "Ready")


if __name__ == "__main__":
    unittest.main(verbosity=2)
