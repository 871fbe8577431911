"""Several services and adapters on one PostgreSQL database, those who watch, and what goes wrong."""

import contextlib
import sqlite3
import threading

import api
import grpc
import programs
import webhook

ANSWERS = (200, 202)  # recorded, or kept in the adapter's spool


class Watcher:
    """Follows the stream; whenever it breaks, with its last token at the next service."""

    def __init__(self, addresses, first, token):
        self._apis = [api.Api(address) for address in addresses]
        self._turn, self._token = first, token
        self._stopped, self._stream = threading.Event(), None
        self.seen, self.breaks = [], 0
        self._thread = threading.Thread(target=self._follow)
        self._thread.start()

    def _follow(self):
        while not self._stopped.is_set():
            self._stream = self._apis[self._turn % len(self._apis)].watch(self._token,
                                                                          timeout=None)
            try:
                for response in self._stream:
                    self._token = response.resume_token
                    if response.HasField("event"):
                        self.seen.append((response.event.sequence, response.event.name))
            except grpc.RpcError:
                self.breaks += 1
                self._turn += 1
                programs.pause()

    def stop(self):
        self._stopped.set()
        if self._stream is not None:
            self._stream.cancel()
        self._thread.join()
        for connection in self._apis:
            connection.channel.close()


class Crowd:
    """Threads that post what is left, each to its adapter; `progress` counts what was answered."""

    def __init__(self, addresses, threads):
        self._addresses, self._threads = addresses, threads
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
                    answer = sender.post(body)
                    with self._lock:
                        self.progress += 1
                        self.answers[answer.http] = self.answers.get(answer.http, 0) + 1
                    if answer.http not in ANSWERS:
                        raise AssertionError(f"{answer} to {body[:300]}")
            except Exception as error:  # pylint: disable=broad-except
                self.errors.append(error)


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
