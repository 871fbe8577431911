"""Two services on one database and a client that is told of both: either may go away."""

import threading
import unittest

import programs
import webhook
from fixture import EndToEndTest
from webhook import BEGIN

THREADS = 4


class SeveralServicesTest(EndToEndTest):
    """`--service=FIRST,SECOND`."""

    def setUp(self):
        super().setUp()
        self.services = [self.start_service(), self.start_service()]
        self.addresses = [service.address for service in self.services]
        self.list = ",".join(self.addresses)
        self.adapter = self.start_adapter(self.list)
        self.connect(self.addresses[0]).create_call(1)
        self.answers, self.posted = [], 0
        self.lock, self.stopped = threading.Lock(), threading.Event()

    def restart(self, index):
        """Kills a service, lets webhooks come meanwhile, and starts it again."""
        self.services[index].kill()
        self.await_answers(50)
        self.services[index] = self.start_service(listen=self.addresses[index])
        self.await_answers(50)

    def await_answers(self, count):
        wanted = len(self.answers) + count
        programs.wait_until(lambda: len(self.answers) >= wanted, "webhooks are answered")

    def post_until_stopped(self):
        sender = self.sender_to(self.adapter)
        while not self.stopped.is_set():
            with self.lock:
                self.posted += 1
                number = self.posted
            answer = sender.post(webhook.status_update(1, "in-progress", BEGIN + number))
            self.answers.append(answer.http)

    def test_webhooks_are_recorded_while_either_is_away(self):
        """Without a spool: what one cannot take goes to the other at once."""
        threads = [threading.Thread(target=self.post_until_stopped) for _ in range(THREADS)]
        for thread in threads:
            thread.start()
        try:
            self.await_answers(50)
            for index in (0, 1, 0):
                self.restart(index)
        finally:
            self.stopped.set()
            for thread in threads:
                thread.join()
        self.assertEqual(set(self.answers), {200})
        recorded = self.rows("SELECT count(*) FROM call_event")[0][0]
        self.assertEqual(recorded, len(self.answers))

    def test_callctl_asks_the_one_that_is_there(self):
        self.services[0].kill()
        for _ in range(10):
            result = programs.run("callctl", f"--service={self.list}", "calls", "get", "1")
            self.assertEqual(result.returncode, 0, result.stderr)

    def test_a_name_stands_for_all_its_addresses(self):
        """One of the addresses of `localhost`, ::1 or 127.0.0.1, has nobody who listens."""
        adapter = self.start_adapter(f"dns:///localhost:{self.services[1].port}")
        answer = self.sender_to(adapter).post(webhook.status_update(1, "in-progress", BEGIN))
        self.assertEqual(answer.http, 200, answer)

    def test_a_list_with_a_gap_is_refused(self):
        result = programs.run("vapi-webhook-adapter", f"--service={self.addresses[0]},",
                              "--insecure-no-auth")
        self.assertEqual(result.returncode, 2)
        self.assertIn("--service: '' is no address", result.stderr)


if __name__ == "__main__":
    unittest.main(verbosity=2)
