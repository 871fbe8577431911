"""Starting: what a program needs, and what it says if that is not there."""

import os
import pathlib
import unittest

import programs
from fixture import EndToEndTest


class StartTest(EndToEndTest):
    """What cannot start says why, in one sentence, and ends."""

    def assert_refused(self, result, *words):
        self.assertNotEqual(result.returncode, 0)
        self.assertGreater(result.returncode, 0, "killed by a signal")
        for word in words:
            self.assertIn(word, result.stderr)
        self.assertNotIn("terminate called", result.stderr)

    def test_an_adapter_without_a_secret_refuses_to_start(self):
        result = programs.run("vapi-webhook-adapter", "--listen=127.0.0.1:0")
        self.assert_refused(result, "secret")

    def test_an_adapter_with_an_empty_secret_refuses_to_start(self):
        secret_file = pathlib.Path(self.folder) / "empty"
        secret_file.write_text("\n")
        result = programs.run("vapi-webhook-adapter", "--listen=127.0.0.1:0",
                              f"--webhook-secret-file={secret_file}")
        self.assert_refused(result, "secret")

    def test_an_adapter_with_a_secret_file_that_is_not_there_refuses_to_start(self):
        result = programs.run("vapi-webhook-adapter", "--listen=127.0.0.1:0",
                              "--webhook-secret-file=/nowhere/secret")
        self.assert_refused(result, "/nowhere/secret")

    def test_an_adapter_that_is_told_to_takes_webhooks_without_a_secret(self):
        service = self.start_service()
        adapter = self.start(programs.Program(
            "vapi-webhook-adapter", "--listen=127.0.0.1:0", f"--service={service.address}",
            "--insecure-no-auth"))
        answer = self.sender_to(adapter).post({"message": {"type": "speech-update"}}, secret=None)
        self.assertEqual(answer.http, 200, answer)

    def test_a_second_service_on_the_same_port_is_refused(self):
        service = self.start_service()
        result = programs.run("call-event-service", f"--listen={service.address}",
                              f"--database=sqlite:{self.folder}/other.db")
        self.assert_refused(result, str(service.port))

    def test_a_second_adapter_on_the_same_port_is_refused(self):
        adapter = self.start_adapter("127.0.0.1:1")
        result = programs.run("vapi-webhook-adapter", f"--listen={adapter.address}",
                              f"--webhook-secret-file={self.folder}/secret")
        self.assert_refused(result, str(adapter.port))

    def make_database(self, name):
        path = self.folder / name
        made = programs.run("call-event-migrate", f"--database=sqlite:{path}", "upgrade")
        self.assertEqual(made.returncode, 0, made.stderr)
        return path

    def test_files_that_programs_make_are_private_whatever_the_umask(self):
        self.addCleanup(os.umask, os.umask(0o022))
        self.make_database("migrated.db")
        service = self.start(programs.start_service(f"sqlite:{self.folder}/served.db"))
        self.start_spooling_adapter(service.address)
        made = sorted(file for file in self.folder.iterdir() if ".db" in file.name)
        names = {file.name for file in made}
        self.assertLessEqual({"migrated.db", "served.db", "served.db-wal", "served.db-shm", "spool.db",
                              "spool.db-wal", "spool.db-shm", "spool.db.lock"}, names)
        self.assertEqual({file.name: oct(file.stat().st_mode & 0o777) for file in made},
                         dict.fromkeys(names, "0o600"))

    def test_a_database_that_every_user_may_read_is_warned_of_and_stays_so(self):
        database = self.make_database("open.db")
        database.chmod(0o640)
        service = programs.start_service(f"sqlite:{database}")
        self.assertNotIn("may read", service.log_text())
        service.stop()
        database.chmod(0o644)
        service = self.start(programs.start_service(f"sqlite:{database}"))
        self.assertIn(f"every user of this machine may read calls here: chmod o-r file={database}\n",
                      service.log_text())
        self.assertEqual(oct(database.stat().st_mode & 0o777), "0o644")

    def test_housekeeping_without_a_pause_is_refused(self):
        result = programs.run("call-event-service", f"--database=sqlite:{self.folder}/new.db",
                              "--housekeeping=0")
        self.assert_refused(result, "--housekeeping", "--fold-window=0")

    def test_a_service_that_is_refused_its_address_makes_no_database(self):
        for refused in ("--listen=0.0.0.0:0", "--tls-key=service.key",
                        "--tls-cert=/nowhere/service.pem --tls-key=/nowhere/service.key"):
            with self.subTest(refused=refused):
                result = programs.run("call-event-service", f"--database=sqlite:{self.folder}/new.db",
                                      "--migrate", *refused.split())
                self.assert_refused(result)
                self.assertFalse((pathlib.Path(self.folder) / "new.db").exists())

    def test_a_database_in_no_folder_is_refused(self):
        result = programs.run("call-event-service", "--listen=127.0.0.1:0",
                              "--database=sqlite:/nowhere/calls.db")
        self.assert_refused(result, "/nowhere/calls.db")

    def test_a_file_that_is_no_database_is_refused(self):
        self.database.file.write_bytes(b"this is no database " * 300)
        result = programs.run("call-event-service", "--listen=127.0.0.1:0",
                              f"--database={self.database.url}")
        self.assert_refused(result, "calls.db")

    def test_an_unknown_option_is_refused(self):
        for name in ("call-event-service", "vapi-webhook-adapter", "callctl"):
            with self.subTest(name=name):
                self.assert_refused(programs.run(name, "--no-such-option"), "no-such-option")

    def test_an_option_of_another_command_is_refused(self):
        for arguments, option in ((("dead-letters", "list", "--dry-run"), "--dry-run"),
                                  (("dead-letters", "discard", "1", "--force"), "--force"),
                                  (("dead-letters", "list", "--threads=1"), "--threads"),
                                  (("replay", "-", "--spool=x"), "--spool"),
                                  (("check-auth", "--service=x"), "--service"),
                                  (("--spool=x", "dead-letters", "list"), "--spool")):
            with self.subTest(arguments):
                result = programs.run("vapi-webhook-adapter", *arguments)
                self.assert_refused(result, option, " --help'.")
                self.assertEqual(result.returncode, 2)

    def test_help_of_a_command_is_typed_as_it_says(self):
        for command in ("dead-letters", "dead-letters discard", "replay", "check-auth"):
            with self.subTest(command):
                result = programs.run("vapi-webhook-adapter", *command.split(), "--help")
                self.assertEqual(result.returncode, 0)
                self.assertIn(f"Usage: vapi-webhook-adapter {command} [", result.stdout)
                self.assertNotIn("--threads", result.stdout)
        listed = programs.run("vapi-webhook-adapter", "--help").stdout
        for command in ("dead-letters", "replay", "check-auth"):
            self.assertIn(f"\n  {command} ", listed.split("\nCommands:")[1])

    def test_help_in_front_of_a_command_is_the_commands(self):
        for program, command in (("call-event-migrate", "stamp"), ("call-event-migrate", "refold"),
                                 ("vapi-webhook-adapter", "replay"),
                                 ("vapi-webhook-adapter", "dead-letters"),
                                 ("vapi-webhook-adapter", "dead-letters list")):
            with self.subTest(command):
                result = programs.run(program, "--help", *command.split())
                self.assertEqual((result.returncode, result.stderr), (0, ""))
                self.assertIn(f"Usage: {program} {command} [", result.stdout)

    def test_a_command_tells_the_version(self):
        version = programs.run("vapi-webhook-adapter", "--version").stdout
        self.assertRegex(version, r"^vapi-webhook-adapter \d")
        for command in ("replay", "dead-letters", "dead-letters list"):
            with self.subTest(command):
                result = programs.run("vapi-webhook-adapter", *command.split(), "--version")
                self.assertEqual((result.returncode, result.stdout), (0, version))

    def test_a_command_needs_no_more_of_the_environment_than_it_uses(self):
        result = programs.run("vapi-webhook-adapter", "dead-letters", "list",
                              environment={"VAPI_WEBHOOK_ADAPTER_THREADS": "many",
                                           "VAPI_WEBHOOK_ADAPTER_SPOOL": "/nowhere/spool.db"})
        self.assert_refused(result, "/nowhere/spool.db")
        self.assertEqual(result.returncode, 3)

    def test_retain_drops_nothing_that_it_is_not_told_to(self):
        result = programs.run("call-event-migrate", f"--database={self.database.url}", "retain",
                              "--report-status=completed")
        self.assert_refused(result, "--fold-window", "--erase-after")

    def test_a_variable_of_the_environment_erases_nothing(self):
        result = programs.run("call-event-migrate", f"--database={self.database.url}", "retain",
                              "--report-status=completed",
                              environment={"CALL_EVENT_MIGRATE_ERASE_AFTER": "1s",
                                           "CALL_EVENT_MIGRATE_FOLD_WINDOW": "1s"})
        self.assert_refused(result, "retain needs --fold-window or --erase-after")

    def test_help_tells_of_every_command_that_a_wrong_one_is_told(self):
        wrong = programs.run("call-event-migrate")
        self.assert_refused(wrong, "a command is missing")
        help_text = programs.run("call-event-migrate", "--help").stdout
        commands = wrong.stderr.splitlines()[0].split("missing: ")[1].replace(" or ", ", ").split(", ")
        self.assertGreater(len(commands), 8)
        for command in commands:
            self.assertIn(f"\n  {command} ", help_text)

    def test_what_call_event_migrate_cannot_write_is_no_success(self):
        programs.run("call-event-migrate", f"--database={self.database.url}", "upgrade")
        self.assert_says_that_it_could_not_write(
            "call-event-migrate", f"--database={self.database.url}", "history")

    def test_settings_come_from_the_environment_too(self):
        service = self.start(programs.Program(
            "call-event-service", environment={
                "CALL_EVENT_SERVICE_LISTEN": "127.0.0.1:0",
                "CALL_EVENT_SERVICE_DATABASE": self.database.url}))
        self.assertIn(f"(database {self.database.url})", service.ready_line)


if __name__ == "__main__":
    unittest.main(verbosity=2)
