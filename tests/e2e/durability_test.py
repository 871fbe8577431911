"""kill -9 and SIGTERM: what was answered with 2xx is kept, once, and nothing else goes wrong."""

import http.client
import json
import random
import signal
import socket
import sqlite3
import threading
import unittest

import api
import databases
import grpc
import programs
import webhook
from fixture import EndToEndTest
from load import CALLS
from webhook import BEGIN

KILLS = 10
SERVER_CRASHES = 5


def unread_bytes(port):
    """For each connection to a port of this machine, what its program has not read yet."""
    with open("/proc/net/tcp", encoding="ascii") as lines:
        rows = [line.split() for line in lines][1:]
    return [int(queues.split(":")[1], 16) for _, local, _, state, queues, *_ in rows
            if local.endswith(f":{port:04X}") and state == "01"]


def is_listened_on(host, port):
    try:
        socket.create_connection((host, port)).close()
    except ConnectionError:
        return False
    return True


class DurabilityTest(EndToEndTest):
    """The service is ended in different ways, under load."""

    def setUp(self):
        super().setUp()
        self.start_both()
        for call_id in range(1, CALLS + 1):
            self.api.create_call(call_id)

    def test_kill_9_under_load_loses_nothing_that_was_acknowledged(self):
        """2xx only after the commit; a repeat after the restart takes effect once [O1]."""
        load, rng, service = self.start_load(), random.Random(7), self.service
        port = service.port
        for _ in range(KILLS):
            load.await_progress(rng.randrange(5, 120))
            service.kill()
            service = self.start_service(listen=f"127.0.0.1:{port}")
        load.await_progress(20)
        load.stop()
        self.assertEqual(load.errors, [])
        self.assertLessEqual(set(load.answers), {200, 503})
        self.assert_kept_once(load, service.address)

    @unittest.skipUnless(databases.KIND == "postgresql", "SQLite has no server")
    def test_a_server_that_crashes_costs_nothing_that_was_acknowledged(self):
        """The service finds the server again by itself, whatever became of its transactions."""
        load, rng = self.start_load(), random.Random(11)
        for _ in range(SERVER_CRASHES):
            load.await_progress(rng.randrange(50, 300))
            self.database.restart()
        load.await_progress()
        load.stop()
        self.assertEqual(load.errors, [])
        self.assertLessEqual(set(load.answers), {200, 503}, self.service.log_text())
        self.assertIsNone(self.service.process.poll())
        self.assert_kept_once(load, self.service.address)
        # A commit whose answer was lost is one that has been made or not: O1 knows which.
        again = [self.sender.post(body).http for body in load.refused]
        self.assertEqual(set(again), {200} if again else set())
        self.assertEqual(self.rows("SELECT count(*), count(DISTINCT (call_id, event_time))"
                                   " FROM call_event"), [(load.sent, load.sent)])

    def test_what_was_answered_503_may_be_posted_again(self):
        """O1: whether or not it had been recorded, it is there once."""
        port, body = self.service.port, webhook.status_update(1, "ringing", BEGIN, "vapi-1")
        self.sender.post(body)
        self.service.kill()
        self.assertEqual(self.sender.post(body).http, 503)
        service = self.start_service(listen=f"127.0.0.1:{port}")
        programs.wait_until(lambda: self.sender.post(body).http == 200, "the service is back")
        self.assertEqual(len(self.connect(service.address).events(1)), 1)

    def test_a_restart_keeps_everything(self):
        self.sender.post(webhook.status_update(1, "in-progress", BEGIN, "vapi-1"))
        self.sender.post(webhook.report(1, BEGIN + 1, "vapi-1", cost=0.5, messages=[
            {"role": "user", "message": "Hello", "time": BEGIN}]))
        before = (self.api.get_call(1), self.api.events(1), self.api.transcript(1),
                  self.api.attempts(1))
        self.assertEqual(self.service.stop(), 0)
        connection = self.connect(self.start_service().address)
        self.assertEqual(before, (connection.get_call(1), connection.events(1),
                                  connection.transcript(1), connection.attempts(1)))

    def hold_call(self, call_id):
        """Another program is about to write to the call; what is returned has it let go."""
        if databases.KIND == "postgresql":
            other = self.database.connect()
            with other.cursor() as cursor:
                cursor.execute("SELECT id FROM call WHERE id = %s FOR UPDATE", (call_id,))
        else:
            other = sqlite3.connect(self.database.file, isolation_level=None)
            other.execute("BEGIN IMMEDIATE")
        self.addCleanup(other.close)
        return other.rollback

    def test_sigterm_finishes_what_is_in_flight(self):
        """FT55."""
        let_go = self.hold_call(1)
        ringing = api.call_event.CallEvent(
            status_update=api.call_event.StatusUpdate(status=api.call.CALL_STATUS_RINGING))
        report = self.api.stub.ReportCallEvent.future(
            api.service.ReportCallEventRequest(parent="calls/1", event_id="e", event=ringing),
            timeout=api.TIMEOUT)
        states = self.api.watch_health()  # read behind the report, from the same connection
        self.assertEqual(next(states), api.SERVING)
        self.service.terminate()
        self.assertEqual(next(states), api.NOT_SERVING)
        self.assertFalse(report.done())
        let_go()
        self.assertEqual(report.result().call.status_text, "Ringing")
        self.assertEqual(self.service.wait(30), 0)
        self.assertEqual(len(self.connect(self.start_service().address).events(1)), 1)

    def test_sigterm_under_load_loses_nothing_that_was_acknowledged(self):
        """FT55: and the adapter answers each sender."""
        load = self.start_load()
        load.await_progress()
        self.service.terminate()
        self.assertEqual(self.service.wait(30), 0)
        load.stop()
        self.assertEqual(load.errors, [])
        self.assertLessEqual(set(load.answers), {200, 503})
        self.assert_kept_once(load, self.start_service().address)

    def test_sigterm_says_not_serving_before_the_end(self):
        """The standard health service: NOT_SERVING first, so that balancers turn away."""
        states = self.api.watch_health()
        self.assertEqual(next(states), api.SERVING)
        watch = self.api.watch()  # a stream that is open does not hold up the end
        watch.initial_metadata()
        self.service.terminate()
        self.assertEqual(next(states), api.NOT_SERVING)
        states.cancel()
        self.assertEqual(self.service.wait(30), 0)
        with self.assertRaises(grpc.RpcError) as ended:
            next(watch)
        self.assertEqual(ended.exception.code(), grpc.StatusCode.UNAVAILABLE)

    def test_sigterm_ends_the_adapter_cleanly(self):
        """Whoever gets no answer finds its connection closed, or nobody there."""
        load = self.start_load()
        load.await_progress(50)
        self.adapter.terminate()
        self.assertEqual(self.adapter.wait(30), 0)
        load.stop()
        self.assertLessEqual(set(load.answers), {200, 503})
        for error in load.errors:
            self.assertIsInstance(error, ConnectionError)
        self.assertEqual(sum(load.answers.values()) + len(load.errors), load.sent)
        self.assert_kept_once(load, self.service.address)

    def test_sigterm_leaves_no_request_unanswered_that_the_adapter_has_read(self):
        self.service.process.send_signal(signal.SIGSTOP)
        self.addCleanup(self.service.process.send_signal, signal.SIGCONT)
        host, port = self.adapter.address.rsplit(":", 1)
        connections = [self.sent_to(host, int(port), call_id) for call_id in range(1, CALLS + 1)]
        programs.wait_until(lambda: unread_bytes(int(port)) == [0] * CALLS, "all is read")
        self.adapter.terminate()
        programs.wait_until(lambda: not is_listened_on(host, int(port)), "the adapter stops")
        self.service.process.send_signal(signal.SIGCONT)
        for connection in connections:
            answer = http.client.HTTPResponse(connection)
            answer.begin()
            self.assertEqual(answer.status, 200)
        self.assertEqual(self.adapter.wait(30), 0)
        self.assertEqual([len(self.api.events(call_id)) for call_id in range(1, CALLS + 1)],
                         [1] * CALLS)

    def sent_to(self, host, port, call_id):
        """A connection over which a webhook was sent."""
        connection = socket.create_connection((host, port), timeout=30)
        self.addCleanup(connection.close)
        body = json.dumps(webhook.status_update(call_id, "in-progress", BEGIN, f"vapi-{call_id}"))
        connection.sendall((f"POST {webhook.PATH} HTTP/1.1\r\nHost: {host}\r\n"
                            f"X-Vapi-Secret: {programs.SECRET}\r\n"
                            "Content-Type: application/json\r\n"
                            f"Content-Length: {len(body)}\r\n\r\n{body}").encode())
        return connection

    def test_sigint_ends_both_cleanly(self):
        """Ctrl-C."""
        for program in (self.adapter, self.service):
            program.process.send_signal(2)
            self.assertEqual(program.wait(30), 0)

    def test_concurrent_repeats_of_one_report_take_effect_once(self):
        """O1, O4: one winner; its transcript is there once."""
        body = webhook.report(1, BEGIN, "vapi-1", endedReason="customer-ended-call", messages=[
            {"role": "user", "message": f"turn {index}", "time": BEGIN} for index in range(20)])
        answers = []

        def post():
            sender = webhook.Sender(self.adapter.address)
            answers.append(sender.post(body))
            sender.close()

        threads = [threading.Thread(target=post) for _ in range(16)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        self.assertEqual([answer.http for answer in answers], [200] * 16)
        self.assertEqual(sum("duplicate" in answer.json for answer in answers), 15)
        self.assertEqual(len(self.api.transcript(1)), 20)


if __name__ == "__main__":
    unittest.main(verbosity=2)
