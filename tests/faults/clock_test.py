"""Clocks that are wrong or are set while the programs run, by libfaketime."""

import glob
import socket
import time
import unittest

import surroundings
import programs
import webhook
from webhook import BEGIN

LIBRARY = glob.glob("/usr/lib/*/faketime/libfaketimeMT.so.1")
HOUR = 3600
DURATION_MS = 90_000


@unittest.skipUnless(LIBRARY, "faketime is not installed")
class ClockTest(surroundings.FaultTest):
    """What the wall clock says changes; time that only goes on does not, as on a real machine."""

    def clock(self, name, hours=0):
        """The environment of a program with a clock of its own, which `set_clock` sets."""
        self.set_clock(name, hours)
        return {"LD_PRELOAD": LIBRARY[0], "FAKETIME_TIMESTAMP_FILE": str(self.folder / name),
                "FAKETIME_NO_CACHE": "1", "FAKETIME_DONT_FAKE_MONOTONIC": "1"}

    def set_clock(self, name, hours):
        """Exchanged as a whole: the program may be reading it."""
        new = self.folder / f"{name}.new"
        new.write_text(f"{hours * HOUR:+d}\n")
        new.rename(self.folder / name)

    def start_adapter_with_clock(self, hours=0, adapter=()):
        self.adapter = self.start_spooling_adapter(self.service.address, *adapter,
                                                   environment=self.clock("adapter", hours))
        self.sender = self.sender_to(self.adapter)

    def wait_until_tried_again(self, call_id):
        """Twice, so that one of them was after the clock was set; or until nothing waits any more."""
        def attempts():
            rows = self.spooled(f"SELECT attempts FROM pending_event WHERE call = 'calls/{call_id}'")
            return rows[0][0] if rows else 0  # it does not wait any more

        before = attempts()
        programs.wait_until(lambda: (attempts() or before + 2) >= before + 2, "two more tries")

    def have_a_conversation(self, call_id):
        """As VAPI tells it, on its own clock; the answers."""
        self.api.create_call(call_id)
        end = BEGIN + DURATION_MS
        return [self.sender.post(body).http for body in (
            webhook.status_update(call_id, "in-progress", BEGIN, f"v-{call_id}"),
            webhook.status_update(call_id, "ended", end, f"v-{call_id}"),
            webhook.report(call_id, end + 500, f"v-{call_id}"))]

    def assert_conversation_is_right(self, call_id):
        found = self.api.get_call(call_id)
        self.assertEqual((found.status_text, found.duration.seconds), ("Completed", DURATION_MS // 1000))

    def test_clocks_that_disagree_by_an_hour_change_no_call(self):
        """FT44: times are those of the events [O6]."""
        for call_id, hours in ((1, 1), (2, -1)):
            with self.subTest(adapter=hours):
                self.service = self.start_service(environment=self.clock("service", -hours))
                self.api = self.connect(self.service.address)
                self.start_adapter_with_clock(hours)
                self.assertEqual(self.have_a_conversation(call_id), [200] * 3)
                self.assert_conversation_is_right(call_id)
                self.adapter.stop()
                self.service.stop()

    def test_clock_that_is_set_neither_expires_nor_delays_what_waits(self):
        """FT44, U1: ten minutes are ten minutes, whatever the clock is set to."""
        self.service = self.start_service()
        self.api = self.connect(self.service.address)
        for call_id, hours in ((1, 1), (2, -1)):
            with self.subTest(hours=hours):
                self.start_adapter_with_clock()
                answer = self.sender.post(webhook.status_update(call_id, "ringing", BEGIN, "v"))
                self.assertEqual(answer.http, 202)
                self.set_clock("adapter", hours)
                other = self.sender.post(
                    webhook.status_update(call_id + 10, "ringing", BEGIN, "w"))
                self.assertEqual(other.http, 202)
                self.wait_until_tried_again(call_id)
                self.api.create_call(call_id)
                self.api.create_call(call_id + 10)
                self.wait_until_drained()
                self.assertEqual(self.spooled("SELECT count(*) FROM dead_letter"), [(0,)])
                self.assertEqual(self.api.get_call(call_id).status_text, "Ringing")
                self.adapter.stop()

    def test_clock_of_the_service_that_is_set_disturbs_nothing(self):
        """FT44: recording goes on, durations stay what they are."""
        self.start_with_spool(environment=self.clock("service"))
        for call_id, hours in enumerate((0, 1, -1), start=1):
            self.set_clock("service", hours)
            self.assertEqual(self.have_a_conversation(call_id), [200] * 3)
            self.assert_conversation_is_right(call_id)

    def test_clock_moves_no_deadline_of_what_is_relayed(self):
        """FT44, V6: a wait that ended by the kernel's clock would end at once, or an hour later."""
        self.service = self.start_service()
        with socket.create_server(("127.0.0.1", 0)) as silent:
            for hours in (1, -1):
                with self.subTest(hours=hours):
                    self.start_adapter_with_clock(hours, adapter=(
                        f"--relay=http://127.0.0.1:{silent.getsockname()[1]}",
                        "--relay-timeout=2s"))
                    begin = time.monotonic()
                    self.assertEqual(self.sender.post(
                        b'{"message":{"type":"tool-calls"}}').http, 504)
                    self.assertGreater(time.monotonic() - begin, 1.5)
                    self.adapter.stop()

    def test_clock_that_is_set_back_hides_no_refused_request(self):
        """FT44: what anybody may cause is logged once a second, of the time that really passes."""
        self.service = self.start_service()
        self.start_adapter_with_clock()

        def refusals_logged():
            self.assertEqual(self.sender.post("{}", secret="of somebody else").http, 401)
            return self.adapter.log_text().count("requests refused")

        before = programs.wait_until(refusals_logged, "the line for the first")
        self.set_clock("adapter", hours=-1)
        programs.wait_until(lambda: refusals_logged() > before, "a line for those since")

    def test_times_ahead_of_the_clock_are_those_of_receipt(self):
        """FT44, O6: an adapter that is an hour behind takes VAPI's times for wrong; what it then
        computes is never negative."""
        self.service = self.start_service()
        self.api = self.connect(self.service.address)
        self.api.create_call(1)
        self.start_adapter_with_clock(hours=-1)
        now = int(time.time() * 1000)
        for word, moment in (("in-progress", now), ("ended", now + 1000)):
            self.assertEqual(self.sender.post(
                webhook.status_update(1, word, moment, "v")).http, 200)
        found = self.api.get_call(1)
        self.assertGreaterEqual(found.duration.ToNanoseconds(), 0)
        self.assertLess(max(self.times_of(1)), now - 30 * 60 * 1000)


if __name__ == "__main__":
    unittest.main(verbosity=2)
