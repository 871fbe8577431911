"""A sender that repeats what was not answered with 2xx, and remembers what was."""

import threading
import time

import programs
import webhook

DRAIN_SECONDS = 1800.0 if programs.LONG else 120.0  # that what it has left in a spool may take
_LAST_SECONDS = 30.0  # that the last event of each thread may take when the load ends


class Load:
    """Threads that post the events of their own calls, one after the other.

    `per_second` is for all threads together; None for as fast as they can.
    """

    def __init__(self, address, calls, threads=8, per_second=None):
        self._address = address
        self._stop = threading.Event()
        self._give_up = float("inf")
        self._interval = threads / per_second if per_second else 0.0
        self.acknowledged = {call_id: [] for call_id in calls}
        self.answers = [{} for _ in range(threads)]  # how often each answer came, by thread
        self.seconds = [[] for _ in range(threads)]  # that each accepted request took
        self.errors = []
        self._threads = [
            threading.Thread(target=self._run, args=(index, list(calls)[index::threads]))
            for index in range(threads)]
        for thread in self._threads:
            thread.start()

    def _run(self, index, calls):
        sender = webhook.Sender(self._address)
        begin = time.monotonic()
        number = 0
        try:
            while not self._stop.is_set():
                call_id = calls[number % len(calls)]
                number += 1
                timestamp = webhook.BEGIN + number
                body = webhook.status_update(call_id, "in-progress", timestamp, f"vapi-{call_id}")
                if not self._post(sender, index, body):
                    return
                self.acknowledged[call_id].append(timestamp)
                if self._interval:
                    self._stop.wait(max(0.0, begin + number * self._interval - time.monotonic()))
        except Exception as error:  # pylint: disable=broad-except
            self.errors.append(error)
        finally:
            sender.close()

    def _post(self, sender, index, body):
        """Until it is accepted, also where the load ends meanwhile: what was sent may be stored,
        answered or not. False if it never is."""
        while True:
            begin = time.monotonic()
            try:
                answer = sender.post(body).http
            except OSError:
                answer = None  # the adapter is not there
            self.answers[index][answer] = self.answers[index].get(answer, 0) + 1
            if answer in (200, 202):
                self.seconds[index].append(time.monotonic() - begin)
                return True
            programs.pause()  # before the repeat
            if time.monotonic() > self._give_up:
                return False

    def count(self):
        """How many events were accepted."""
        return sum(len(seconds) for seconds in self.seconds)

    def tally(self):
        """How often each answer came; None stands for none."""
        total = {}
        for answers in self.answers:
            for answer, count in answers.items():
                total[answer] = total.get(answer, 0) + count
        return total

    def percentile(self, share):
        """The milliseconds within which this share of the accepted requests was answered."""
        seconds = sorted(second for thread in self.seconds for second in thread)
        return 1000 * seconds[min(len(seconds) - 1, int(share * len(seconds)))]

    def stop(self):
        self._give_up = time.monotonic() + _LAST_SECONDS
        self._stop.set()
        for thread in self._threads:
            thread.join()
