"""WatchCalls: every recorded event once, across a restart of the service [proto: WatchCalls]."""

import threading
import unittest

import databases
import grpc
import programs
import webhook
from fixture import EndToEndTest
from watcher import Watcher
from webhook import BEGIN


class WatchTest(EndToEndTest):
    """One watcher, some calls, and a service that goes away."""

    def setUp(self):
        super().setUp()
        self.start_both()
        for call_id in (1, 2):
            self.api.create_call(call_id)

    def post(self, number):
        body = webhook.status_update(number % 2 + 1, "in-progress", BEGIN + number, "v")
        return self.sender.post(body).http == 200

    def recorded(self):
        """What the journal has of both calls, in its order."""
        return sorted((event.sequence, event.name) for call_id in (1, 2)
                      for event in self.api.events(call_id))

    def first_token(self):
        """The token after one event, so that there is something to resume from."""
        stream = self.api.watch()
        stream.initial_metadata()
        self.assertTrue(self.post(0))
        token = next(stream).resume_token
        stream.cancel()
        return token

    def test_a_watcher_sees_events_as_they_are_recorded(self):
        stream = self.api.watch()
        stream.initial_metadata()
        self.post(0)
        self.post(1)
        first, second = next(stream), next(stream)
        self.assertEqual((first.call.name, first.call.status_text), ("calls/1", "In Progress"))
        self.assertEqual(second.call.name, "calls/2")
        self.assertLess(first.event.sequence, second.event.sequence)
        stream.cancel()

    def test_a_token_replays_what_came_after_it(self):
        token = self.first_token()
        for number in range(1, 300):
            self.post(number)
        stream = self.api.watch(token)
        seen = [next(stream).event for _ in range(299)]
        stream.cancel()
        self.assertEqual([(event.sequence, event.name) for event in seen], self.recorded()[1:])

    def test_a_resumed_watcher_misses_nothing_and_sees_nothing_twice(self):
        """The service is killed three times while events come in."""
        port, service = self.service.port, self.service
        watcher = Watcher([self.service.address], self.first_token())
        self.addCleanup(watcher.stop)
        number = 0
        for _ in range(3):
            for _ in range(60):
                number += 1
                self.post(number)
            service.kill()
            service = self.start_service(listen=f"127.0.0.1:{port}")
            programs.wait_until(lambda number=number: self.post(number), "the service is back")
        self.api = self.connect(f"127.0.0.1:{port}")
        recorded = self.recorded()[1:]
        programs.wait_until(lambda: len(watcher.seen) >= len(recorded), "the watcher caught up")
        watcher.stop()
        self.assertEqual(watcher.seen, recorded)
        self.assertGreater(watcher.breaks, 0)

    @unittest.skipUnless(databases.KIND == "postgresql", "SQLite has one service")
    def test_a_watcher_sees_once_what_other_services_record(self):
        """Commits of two services interleave, and not in order of their sequences."""
        other = self.start_adapter(self.start_service().address)
        senders = [self.sender, self.sender_to(other), self.sender_to(other)]
        watcher = Watcher([self.service.address], self.first_token())
        self.addCleanup(watcher.stop)

        def post(sender, numbers):
            for number in numbers:
                sender.post(webhook.status_update(number % 2 + 1, "in-progress", BEGIN + number))

        threads = [threading.Thread(target=post, args=(sender, range(index + 1, 301, 3)))
                   for index, sender in enumerate(senders)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        recorded = self.recorded()[1:]
        self.assertEqual(len(recorded), 300)
        programs.wait_until(lambda: len(watcher.seen) >= 300, "the watcher caught up")
        watcher.stop()
        self.assertEqual(watcher.seen, recorded)

    @unittest.skipUnless(databases.KIND == "postgresql", "SQLite has one service")
    def test_a_token_used_at_once_on_another_service_repeats_nothing(self):
        """The other has nobody who watches, and so has not read the newest events yet."""
        other = self.connect(self.start_service().address)
        here = self.api.watch()
        here.initial_metadata()
        for number in range(0, 40, 2):
            self.post(number)
            token = next(here).resume_token
            there = other.watch(token)
            there.initial_metadata()
            self.post(number + 1)
            expected = next(here).event.name
            self.assertEqual(next(there).event.name, expected)
            there.cancel()
        here.cancel()

    def test_a_token_that_is_none_is_refused(self):
        with self.assertRaises(grpc.RpcError) as raised:
            next(self.api.watch("no token"))
        self.assertEqual(raised.exception.code(), grpc.StatusCode.INVALID_ARGUMENT)


if __name__ == "__main__":
    unittest.main(verbosity=2)
