"""What the end-to-end tests start from: a service, an adapter and a temporary folder."""

import pathlib
import tempfile
import unittest

import api
import databases
import programs
import webhook


class EndToEndTest(unittest.TestCase):
    """Programs are killed after the test, whatever became of it."""

    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = pathlib.Path(folder.name)
        self.database = databases.new(self.folder)
        self.addCleanup(self.database.close)

    def start(self, program):
        """Has a started program ended with the test."""
        self.addCleanup(program.__exit__)
        return program

    def start_service(self, *arguments, **options):
        return self.start(programs.start_service(self.database.url, *arguments, **options))

    def start_adapter(self, service_address, *arguments):
        return self.start(programs.start_adapter(service_address, self.folder, *arguments))

    def start_both(self):
        """Sets `service`, `adapter`, `api` and `sender`."""
        self.service = self.start_service()
        self.adapter = self.start_adapter(self.service.address)
        self.api = self.connect(self.service.address)
        self.sender = self.sender_to(self.adapter)

    def connect(self, address):
        connection = api.Api(address)
        self.addCleanup(connection.channel.close)
        return connection

    def sender_to(self, adapter):
        sender = webhook.Sender(adapter.address)
        self.addCleanup(sender.close)
        return sender

    def rows(self, statement, *values):
        """What another program finds in the tables, or does to them."""
        return self.database.rows(statement, *values)

    def assert_answer(self, answer, http, **fields):
        self.assertEqual(answer.http, http, answer)
        self.assertIn("application/json", answer.headers.get("content-type", ""))
        self.assertEqual(answer.json, fields)
