"""What the fault tests start from: the end-to-end fixture, and what is around the programs."""

import pathlib
import sys

sys.path.append(str(pathlib.Path(__file__).parents[1] / "e2e"))
# pylint: disable=wrong-import-position
import fixture  # noqa: E402
import programs  # noqa: E402

READINESS = b"autopulse.callevents.v1.CallEventService"  # what health is asked of


class FaultTest(fixture.EndToEndTest):
    """A service, and an adapter with a spool, among troubles."""

    def restart_service(self, *arguments, **options):
        """Starts a service on the port that the adapter knows; the one before must have ended."""
        port = self.service.port
        self.service = self.start_service(*arguments, listen=f"127.0.0.1:{port}", **options)
        self.api = self.connect(self.service.address)

    def start_with_spool(self, *service_arguments, adapter=(), **options):
        """Sets `service`, `adapter`, `api` and `sender`."""
        self.service = self.start_service(*service_arguments, **options)
        self.api = self.connect(self.service.address)
        self.adapter = self.start_spooling_adapter(self.service.address, *adapter)
        self.sender = self.sender_to(self.adapter)

    def restart_adapter(self, *arguments):
        """Starts an adapter on the port that senders know; the one before must have ended."""
        self.adapter = self.start_spooling_adapter(self.service.address, *arguments,
                                                   listen=self.adapter.address)

    def create_calls(self, calls):
        for call_id in calls:
            self.api.create_call(call_id)

    def await_readiness(self, answer):
        """Waits until the service says so of itself."""
        programs.wait_until(lambda: self.api.health(READINESS) == answer, f"health is {answer}")

    def fill(self, disk):
        """A file that takes what is left of a disk."""
        ballast = disk / "ballast"
        with open(ballast, "wb", buffering=0) as file, self.assertRaises(OSError):
            while True:
                file.write(bytes(65536))
        return ballast

    def times_of(self, call_id):
        """When the events of a call happened, in milliseconds."""
        return [event.event_time.ToMilliseconds() for event in self.api.events(call_id)]

    def assert_kept_once_and_in_order(self, acknowledged):
        """The journal holds what was accepted, once, each call in the order of its intake [O7]."""
        for call_id, times in acknowledged.items():
            stored = [event.event_time.ToMilliseconds() for event in sorted(
                self.api.events(call_id), key=lambda event: event.sequence)]
            self.assertEqual(stored, times, f"call {call_id}")
        self.assertEqual(self.database.problems(), [])
        self.assertEqual(self.spooled("PRAGMA integrity_check"), [("ok",)])
        self.assertEqual(self.spooled("SELECT count(*) FROM dead_letter"), [(0,)])
