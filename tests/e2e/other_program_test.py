"""Another program writes to the tables while events come in."""

import contextlib
import sqlite3
import threading
import unittest

import api
import databases
import fixture
import programs
import webhook
from webhook import BEGIN


class DeletionTest(fixture.EndToEndTest):
    """Another program deletes a call. On SQLite it has set nothing, so that foreign keys are off."""

    HANGING_ON_CALLS = ("transcript", "call_event", "call_event_transcript", "call_base")

    def setUp(self):
        super().setUp()
        self.start_both()
        self.api.create_call(15)
        for body in (webhook.status_update(15, "ringing", BEGIN, "vapi-1"),
                     webhook.report(15, BEGIN + 1000, "vapi-1", artifact={
                         "messages": [{"role": "user", "message": "I am Ada", "time": BEGIN}]})):
            self.assertEqual(self.sender.post(body).http, 200)
        self.assertEqual([line.content for line in self.api.transcript(15)], ["I am Ada"])

    def delete_the_call(self):
        if databases.KIND == "postgresql":
            self.rows("DELETE FROM call WHERE id = 15")
            return
        with contextlib.closing(sqlite3.connect(self.database.file, timeout=30)) as connection:
            self.assertEqual(connection.execute("PRAGMA foreign_keys").fetchall(), [(0,)])
            connection.execute("DELETE FROM call WHERE id = 15")
            connection.commit()

    def test_a_call_that_it_deletes_takes_its_journal_along(self):
        """Section A."""
        for table in self.HANGING_ON_CALLS:
            self.assertNotEqual(self.rows(f"SELECT * FROM {table}"), [], table)
        self.delete_the_call()
        for table in self.HANGING_ON_CALLS:
            self.assertEqual(self.rows(f"SELECT * FROM {table}"), [], table)

    def test_a_later_call_of_the_same_id_begins_anew(self):
        self.delete_the_call()
        self.api.create_call(15)
        self.assertEqual((self.api.events(15), self.api.transcript(15), self.api.attempts(15)),
                         ([], [], []))
        answer = self.sender.post(webhook.status_update(15, "ringing", BEGIN, "vapi-1"))
        self.assertEqual(answer.http, 200)
        self.assertNotIn("duplicate", answer.json)
        self.assertEqual(self.api.get_call(15).status_text, "Ringing")
        self.assertEqual(len(self.api.events(15)), 1)


@unittest.skipUnless(databases.KIND == "postgresql", "SQLite has one writer at a time")
class OtherProgramTest(fixture.EndToEndTest):
    """One call, number 15, with service record 9; both are the other program's rows."""

    def setUp(self):
        super().setUp()
        self.start_both()
        self.rows("INSERT INTO service_record (id, status) VALUES (9, 'Scheduled')")
        self.rows("INSERT INTO call (id, status, service_record_id) VALUES (15, 'Ready', 9)")
        self.other = self.database.connect()  # its transactions last until it says so
        self.addCleanup(self.other.close)

    def execute(self, statement):
        with self.other.cursor() as cursor:
            cursor.execute(statement)

    def post_meanwhile(self, body):
        """Posts from a thread; what it returns gives the answer once it is there."""
        answers = []
        thread = threading.Thread(target=lambda: answers.append(self.sender.post(body)))
        thread.start()
        self.addCleanup(thread.join)

        def answer():
            thread.join()
            return answers[0]
        return answer

    def wait_until_the_service_waits(self):
        programs.wait_until(
            lambda: self.rows("SELECT 1 FROM pg_stat_activity WHERE application_name = ?"
                              " AND wait_event_type = 'Lock' AND datname = current_database()",
                              "call-event-service"), "the service waits for the lock")

    def test_what_it_commits_while_an_event_waits_stays(self):
        """O3: the event is decided on the row as the other program left it."""
        self.sender.post(webhook.status_update(15, "ringing", BEGIN))
        self.execute("UPDATE call SET recording_url = 'https://theirs/', cost = 7.25 WHERE id = 15")
        answer = self.post_meanwhile(webhook.status_update(15, "in-progress", BEGIN + 1000))
        self.wait_until_the_service_waits()
        self.other.commit()
        self.assertEqual(answer().http, 200)
        self.assertEqual(
            self.rows("SELECT status, recording_url, cost, start_time FROM call"),
            [("In Progress", "https://theirs/", 7.25, "2025-07-11 13:37:55.000000")])
        self.assertEqual(self.rows("SELECT status FROM service_record"), [("In Progress",)])

    def test_what_it_rolls_back_never_was(self):
        self.execute("UPDATE call SET status = 'Missed', cost = 7.25 WHERE id = 15")
        answer = self.post_meanwhile(webhook.report(15, BEGIN, "vapi-1", endedReason="x"))
        self.wait_until_the_service_waits()
        self.other.rollback()
        self.assertEqual(answer().http, 200)
        self.assertEqual(self.rows("SELECT status, cost, ended_reason FROM call"),
                         [("Completed", None, "x")])
        self.assertEqual(self.rows("SELECT status, cost FROM call_base"), [("Ready", None)])

    def test_a_deadlock_with_it_costs_nothing(self):
        """40P01 is tried again: the other program locks in the opposite order."""
        self.execute("SET deadlock_timeout = '1min'")  # the service is to be the one that notices
        self.execute("UPDATE service_record SET customer_name = 'Ada' WHERE id = 9")
        answer = self.post_meanwhile(webhook.status_update(15, "ringing", BEGIN))
        self.wait_until_the_service_waits()
        self.execute("UPDATE call SET customer_number = '+15550100' WHERE id = 15")
        self.other.commit()
        self.assertEqual(answer().http, 200)
        self.assertEqual(
            self.rows("SELECT c.status, c.customer_number, r.status, r.customer_name FROM call c"
                      " JOIN service_record r ON r.id = c.service_record_id"),
            [("Ringing", "+15550100", "Ringing", "Ada")])
        self.assertEqual(len(self.api.events(15)), 1)

    def test_a_call_that_it_deletes_while_an_event_waits_is_not_found(self):
        self.sender.post(webhook.status_update(15, "ringing", BEGIN))
        self.execute("DELETE FROM call WHERE id = 15")
        answer = self.post_meanwhile(webhook.status_update(15, "in-progress", BEGIN + 1000))
        self.wait_until_the_service_waits()
        self.other.commit()
        self.assert_answer(answer(), 404, status="error", message="Call with ID 15 not found")
        self.assertEqual(self.rows("SELECT * FROM call_event"), [])

    def test_a_call_that_it_registers_late_is_found_when_posted_again(self):
        """An event can overtake the transaction that registers its call."""
        body = webhook.status_update(16, "ringing", BEGIN)
        self.execute("INSERT INTO call (id, status) VALUES (16, 'Ready')")
        self.assertEqual(self.sender.post(body).http, 404)
        self.other.commit()
        self.assertEqual(self.sender.post(body).http, 200)

    def test_ids_that_the_database_gives_and_that_we_give_do_not_meet(self):
        """Both count by the same sequence."""
        ids = [int(self.api.stub.CreateCall(api.service.CreateCallRequest(
            call=api.call.Call())).call.name.removeprefix("calls/"))]
        for _ in range(3):
            ids += [row[0] for row in self.rows(
                "INSERT INTO call (status) VALUES ('Ready') RETURNING id")]
            self.api.create_call(ids[-1] + 10)  # an id that a caller chooses
            ids.append(int(self.api.stub.CreateCall(api.service.CreateCallRequest(
                call=api.call.Call())).call.name.removeprefix("calls/")))
        self.assertEqual(len(set(ids)), len(ids))


if __name__ == "__main__":
    unittest.main(verbosity=2)
