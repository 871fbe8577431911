"""A column is taken away under the running service: an error that could be one event's own."""

import unittest

import surroundings
import api
import webhook
from webhook import BEGIN

COLUMNS = (("call", "outcome"), ("call_event", "ended_reason"), ("call_base", "hung_up"),
           ("transcript", "content"))


class TablesTest(surroundings.FaultTest):
    """An administrator does not know that the service needs it."""

    def setUp(self):
        super().setUp()
        self.start_with_spool()
        self.create_calls(range(1, len(COLUMNS) + 1))

    def rename(self, table, column, name):
        self.rows(f"ALTER TABLE {table} RENAME COLUMN {column} TO {name}")

    def report(self, call_id):
        return self.sender.post(webhook.report(call_id, BEGIN, f"vapi-{call_id}", messages=[
            {"role": "user", "message": "Hello"}])).http

    def test_column_that_is_gone_costs_nothing_and_is_told(self):
        """FT67: events wait in the spool; the service says that it is not ready, and that it is
        again, by itself; of its rehearsals nothing is left."""
        for call_id, (table, column) in enumerate(COLUMNS, 1):
            self.rename(table, column, "renamed")
            self.assertEqual(self.report(call_id), 202)
            self.await_readiness(api.NOT_SERVING)
            self.assertEqual(self.api.health(), api.SERVING)
            self.rename(table, "renamed", column)
            self.await_readiness(api.SERVING)
            self.wait_until_drained()
            self.assertEqual(self.times_of(call_id), [BEGIN])
        self.assertEqual(self.rows("SELECT count(*), min(id), max(id) FROM call"),
                         [(len(COLUMNS), 1, len(COLUMNS))])
        self.assertEqual(self.rows("SELECT count(*) FROM service_record"), [(0,)])
        self.assertEqual(self.rows("SELECT count(*) FROM transcript"), [(len(COLUMNS),)])
        self.assertEqual(self.api.stub.CreateCall(
            api.service.CreateCallRequest(call=api.call.Call())).call.name,
            f"calls/{len(COLUMNS) + 1}")
        self.assertEqual(self.database.problems(), [])


if __name__ == "__main__":
    unittest.main(verbosity=2)
