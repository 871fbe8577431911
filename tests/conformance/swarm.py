"""Several services and adapters on one PostgreSQL database, and what goes wrong."""

import contextlib
import sqlite3
import threading

import programs
import webhook

ANSWERS = (200, 202)  # recorded, or kept in the adapter's spool


class Crowd:
    """Threads that post what is left, each to its adapter; `progress` counts what was taken.

    What is answered 503 is posted up to `attempts` times; any other refusal is one of `errors`.
    """

    def __init__(self, addresses, threads, attempts=1):
        self._addresses, self._threads, self._attempts = addresses, threads, attempts
        self._lock = threading.Lock()
        self.progress, self.answers, self.errors = 0, {}, []

    def start(self, bodies):
        left = iter(bodies)
        self._running = [
            threading.Thread(target=self._post, args=(self._addresses[i % len(self._addresses)], left))
            for i in range(self._threads)]
        for thread in self._running:
            thread.start()

    def join(self):
        for thread in self._running:
            thread.join()

    def _post(self, address, left):
        with contextlib.closing(webhook.Sender(address)) as sender:
            try:
                while True:
                    with self._lock:
                        body = next(left, None)
                    if body is None:
                        return
                    self._post_until_taken(sender, body)
            except Exception as error:  # pylint: disable=broad-except
                self.errors.append(error)

    def _post_until_taken(self, sender, body):
        for _ in range(self._attempts):
            answer = sender.post(body)
            with self._lock:
                self.answers[answer.http] = self.answers.get(answer.http, 0) + 1
                self.progress += answer.http in ANSWERS
            if answer.http in ANSWERS:
                return
            if answer.http != 503:
                break
        raise AssertionError(f"{answer} to {body[:300]}")


class Swarm:
    """Services, and adapters with spools, each of which is told of all services."""

    def __init__(self, database, folder, services=3, adapters=2):
        self.database = database
        self._services = [programs.start_service(database.url) for _ in range(services)]
        self.addresses = [service.address for service in self._services]
        self._spools = [folder / f"spool{i}.db" for i in range(adapters)]
        self._adapters = [
            programs.start_adapter(",".join(self.addresses), folder, f"--spool={spool}")
            for spool in self._spools]
        self.adapter_addresses = [adapter.address for adapter in self._adapters]
        self.kills = self.restarts = 0

    def kill_service(self):
        """One after the other: kill -9, and started again at the same address."""
        index = self.kills % len(self._services)
        self._services[index].kill()
        self._services[index].__exit__()
        self._services[index] = programs.start_service(self.database.url,
                                                       listen=self.addresses[index])
        self.kills += 1

    def restart_database(self):
        """Ends as in a crash, and starts again."""
        self.database.restart()
        self.restarts += 1

    def pending(self):
        """How many events wait in the spools."""
        count = 0
        for spool in self._spools:
            with contextlib.closing(sqlite3.connect(spool, timeout=30)) as database:
                count += database.execute("SELECT count(*) FROM pending_event").fetchone()[0]
                dead = database.execute("SELECT * FROM dead_letter LIMIT 1").fetchall()
                if dead:
                    raise AssertionError(f"a dead letter in {spool}: {dead}")
        return count

    def close(self):
        for program in self._adapters + self._services:
            program.__exit__()
