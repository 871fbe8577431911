"""Webhooks without end, and what was answered to them."""

import threading

import programs
import webhook
from webhook import BEGIN

CALLS = 8


class Load:
    """Threads that post in-progress updates, each with a timestamp of its own, until told to stop.

    `acknowledged` maps a call to the timestamps that were answered with 200 or 202.
    """

    def __init__(self, address, threads=4):
        self._address = address
        self._stop, self._lock = threading.Event(), threading.Lock()
        self._next = 0
        self.acknowledged = {call_id: set() for call_id in range(1, CALLS + 1)}
        self.refused = []  # the bodies that were not
        self.answers = {}
        self.errors = []
        self._threads = [threading.Thread(target=self._post) for _ in range(threads)]
        for thread in self._threads:
            thread.start()

    def _post(self):
        sender = webhook.Sender(self._address)
        try:
            while not self._stop.is_set():
                with self._lock:
                    self._next += 1
                    number = self._next
                call_id = number % CALLS + 1
                body = webhook.status_update(call_id, "in-progress", BEGIN + number,
                                             f"vapi-{call_id}")
                answer = sender.post(body)
                with self._lock:
                    self.answers[answer.http] = self.answers.get(answer.http, 0) + 1
                    if answer.http in (200, 202):
                        self.acknowledged[call_id].add(BEGIN + number)
                    else:
                        self.refused.append(body)
                if answer.http not in (200, 202):
                    programs.pause()  # as a sender would
        except Exception as error:  # pylint: disable=broad-except
            self.errors.append(error)
        finally:
            sender.close()

    def count(self):
        with self._lock:
            return sum(len(times) for times in self.acknowledged.values())

    def await_progress(self, count=100, seconds=30.0):
        """Waits until so many more were acknowledged, or something went wrong."""
        more = self.count() + count
        programs.wait_until(lambda: self.count() > more or self.errors, "progress", seconds)

    def acknowledged_so_far(self):
        """A copy that does not grow."""
        with self._lock:
            return {call_id: set(times) for call_id, times in self.acknowledged.items()}

    @property
    def sent(self):
        """How many different events were posted."""
        return self._next

    def is_running(self):
        return not self._stop.is_set()

    def stop(self):
        self._stop.set()
        for thread in self._threads:
            thread.join()
