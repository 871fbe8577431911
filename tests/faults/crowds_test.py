"""Many at once: watchers, some of which do not read, repeats, large reports, a long load."""

import sys
import threading
import unittest

import surroundings
import programs
import webhook
from load import CALLS
from webhook import BEGIN

WATCHERS = 1000 if programs.LONG else 200
CHANNELS = 10
EVENTS = 500 if programs.LONG else 100
SECONDS = 600.0  # within which all watchers have seen all, or a load has come so far
SOAK_EVENTS = 60_000 if programs.LONG else 6_000
MAX_GROWTH_KB = 24 * 1024
MIB = 1 << 20


def turns(size, count=1):
    """A transcript of `count` turns, of `size` bytes together."""
    return [{"role": "user", "message": "x" * (size // count), "time": BEGIN + number}
            for number in range(count)]


class WatcherCrowdTest(surroundings.FaultTest):
    """One service, a thousand streams."""

    def test_many_watchers_see_all_and_those_that_do_not_read_cost_little(self):
        """FT54: nobody waits for a slow watcher, and memory is not his."""
        self.start_with_spool()
        self.api.create_call(1)
        channels = [self.connect(self.service.address) for _ in range(CHANNELS)]
        streams = [channels[index % CHANNELS].watch(timeout=SECONDS) for index in range(WATCHERS)]
        for stream in streams:
            stream.initial_metadata()
        seen, lazy = [0] * WATCHERS, WATCHERS // 2

        def follow(mine):
            for index in mine:
                for response in streams[index]:
                    seen[index] += response.HasField("event")
                    if seen[index] == EVENTS:
                        break

        readers = [threading.Thread(target=follow, args=(range(first, lazy, 8),))
                   for first in range(8)]
        for number in range(EVENTS):
            answer = self.sender.post(webhook.report(1, BEGIN + number, "v", messages=turns(2000)))
            self.assertEqual(answer.http, 200)
        for reader in readers:
            reader.start()
        for reader in readers:
            reader.join()
        memory = self.service.status("VmRSS") // 1024
        print(f"{WATCHERS} watchers, half of which do not read, {EVENTS} events: service "
              f"{memory} MiB", file=sys.stderr)
        self.assertEqual(seen[:lazy], [EVENTS] * lazy)
        self.assertLess(memory, 256)
        for stream in streams:
            stream.cancel()
        self.assertEqual(self.service.stop(), 0)


class ReportTest(surroundings.FaultTest):
    """One report in many ways."""

    def setUp(self):
        super().setUp()
        self.start_with_spool()
        self.api.create_call(1)

    def test_large_reports_are_stored_whole(self):
        """FT51: what the adapter takes, the service takes."""
        for number, megabytes in enumerate((3.9, 4.1, 6.5)):
            with self.subTest(megabytes=megabytes):
                count = 20_000 - number
                entries = turns(int(megabytes * MIB), count)
                answer = self.sender.post(webhook.report(1, BEGIN + number, "v", messages=entries))
                self.assertEqual(answer.http, 200)
                self.assertEqual(
                    self.rows("SELECT count(*), sum(length(content)) FROM transcript"),
                    [(count, sum(len(entry["message"]) for entry in entries))])

    def test_repeat_with_other_links_is_the_same_report(self):
        """FT50: each delivery is presigned anew."""
        answers = [self.sender.post(webhook.report(
            1, BEGIN, "v", messages=turns(100, 5),
            artifact={"recordingUrl": f"https://storage.test/a.wav?X-Signature={number}"}))
            for number in range(3)]
        self.assertEqual([answer.http for answer in answers], [200] * 3)
        self.assertEqual([bool(answer.json.get("duplicate")) for answer in answers],
                         [False, True, True])
        self.assertEqual(len(self.api.transcript(1)), 5)
        self.assertEqual(self.api.get_call(1).recording_url,
                         "https://storage.test/a.wav?X-Signature=0")


class SoakTest(surroundings.FaultTest):
    """Load that goes on."""

    def measure(self):
        wal = self.database.file.with_name(self.database.file.name + "-wal")
        return [(program.status("VmRSS"), program.open_files(), program.status("Threads"))
                for program in (self.service, self.adapter)] + [
                     wal.stat().st_size]

    def test_load_that_goes_on_takes_no_more_and_no_more(self):
        """FT64: memory, files, threads and the WAL stay as they are after a while."""
        self.start_with_spool()
        self.create_calls(range(1, CALLS + 1))
        load = self.start_load()
        load.await_progress(SOAK_EVENTS // 2, SECONDS)  # it is warm then
        before = self.measure()
        load.await_progress(SOAK_EVENTS, SECONDS)
        after = self.measure()
        load.stop()
        print(f"{SOAK_EVENTS} events: before {before}, after {after}", file=sys.stderr)
        self.assertEqual(load.errors, [])
        for (kb, files, threads), (kb_after, files_after, threads_after) in zip(before, after[:2]):
            self.assertLess(kb_after, kb + MAX_GROWTH_KB)
            self.assertLessEqual(files_after, files + 8)
            self.assertLessEqual(threads_after, threads + 8)
        self.assertLess(after[2], 64 * MIB)


if __name__ == "__main__":
    unittest.main(verbosity=2)
