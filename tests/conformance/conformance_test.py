"""The real adapter and service against the oracle, answer by answer and row by row.

AUTOPULSE_CONFORMANCE_SEED and AUTOPULSE_CONFORMANCE_CALLS make other and longer runs;
AUTOPULSE_EXTRA_PAYLOADS names a folder of JSON bodies, each of which is posted too.
"""

import json
import os
import pathlib
import random
import sys
import tempfile
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).parent.parent / "e2e"))

# pylint: disable=wrong-import-position
import body_reader  # noqa: E402
import generator  # noqa: E402
import world  # noqa: E402

SEED = int(os.environ.get("AUTOPULSE_CONFORMANCE_SEED", "20250711"))
CALLS = int(os.environ.get("AUTOPULSE_CONFORMANCE_CALLS", "60"))
RECORDABLE = ("status-update", "hang", "hangup", "end-of-call-report", "call.started",
              "call.ended", "call.failed")
MOST_SHOWN = 10


class ConformanceTest(unittest.TestCase):
    """Each test has databases and programs of its own."""

    def new_world(self, *arguments, **options):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        made = world.World(folder.name, *arguments, **options)
        self.addCleanup(made.close)
        return made

    def check(self, failures):
        shown = "\n\n".join(failures[:MOST_SHOWN])
        self.assertFalse(failures, f"{len(failures)} differences, seed {SEED}:\n{shown}")

    @staticmethod
    def play(place, scenario, bodies, failures, change=None):
        """Posts the bodies one by one and compares after each. Stops at the first difference."""
        place.insert(scenario)
        for index, body in enumerate(bodies):
            if change is not None:
                change(scenario, index)
            found = place.post(body) + place.differences(scenario.call_id)
            if found:
                story = "\n".join(text.decode()[:1500] for text in bodies[:index + 1])
                failures.append(f"call {scenario.call_id}, base {scenario.columns}, after\n"
                                f"{story}\n" + "\n".join(found))
                return False
        return True

    def test_an_in_order_stream_gives_what_the_document_says(self):
        """Section A to the letter, for random calls in order of event time [O3]."""
        place, failures = self.new_world(), []
        make = generator.Generator(random.Random(SEED), all_timed=False)
        for call_id in range(1, CALLS + 1):
            scenario = make.scenario(call_id)
            self.play(place, scenario, [post.body for post in scenario.posts], failures)
        self.check(failures)

    def test_reports_follow_their_ended_reason_when_told_to(self):
        """P1, with `--report-status=ended-reason`."""
        place = self.new_world("--report-status=ended-reason", by_reason=True)
        make, failures = generator.Generator(random.Random(SEED + 1), all_timed=True), []
        for call_id in range(1, CALLS // 2 + 1):
            scenario = make.scenario(call_id)
            self.play(place, scenario, [post.body for post in scenario.posts], failures)
        self.check(failures)

    def test_any_order_with_repeats_ends_in_the_same_rows(self):
        """O1, O3, O4, O5: shuffled and repeated deliveries of the same events."""
        in_order, shuffled, failures = self.new_world(), self.new_world(), []
        rng = random.Random(SEED + 2)
        make = generator.Generator(rng, all_timed=True)
        for call_id in range(1, CALLS + 1):
            scenario = make.scenario(call_id)
            bodies = [post.body for post in scenario.posts]
            again = bodies + rng.choices(bodies, k=rng.randrange(4)) if bodies else []
            rng.shuffle(again)
            if (self.play(in_order, scenario, bodies, failures)
                    and self.play(shuffled, scenario, again, failures)):
                failures += self.unequal_rows(in_order, shuffled, scenario)
        self.check(failures)

    @staticmethod
    def unequal_rows(in_order, shuffled, scenario):
        """Row by row, whatever the oracle thinks of either."""
        readings = [(place.call_row(scenario.call_id), place.transcript_rows(scenario.call_id),
                     scenario.service_record
                     and place.service_record_status(scenario.service_record))
                    for place in (in_order, shuffled)]
        if readings[0] == readings[1]:
            return []
        return [f"call {scenario.call_id}: in order {readings[0]}\nshuffled {readings[1]}"]

    def test_what_another_program_writes_in_between_stays(self):
        """O3: an event writes the status and the columns that it changes, and no others."""
        place, failures = self.new_world(), []
        rng = random.Random(SEED + 3)
        make = generator.Generator(rng, all_timed=True)

        def change(scenario, _index):
            if rng.random() < 0.4:
                column, value = rng.choice((
                    ("status", "On hold"), ("recording_url", "https://theirs.example.invalid/r"),
                    ("duration_sec", 4242), ("cost", 7.25), ("ended_reason", "theirs"),
                    ("start_time", generator.column_time(1_600_000_000_000)), ("end_time", None)))
                place.change(scenario.call_id, **{column: value})

        for call_id in range(1, CALLS // 2 + 1):
            scenario = make.scenario(call_id)
            self.play(place, scenario, [post.body for post in scenario.posts], failures, change)
        self.check(failures)

    @unittest.skipUnless("AUTOPULSE_EXTRA_PAYLOADS" in os.environ, "no folder of bodies is named")
    def test_each_extra_body_gets_a_definite_answer_and_correct_rows(self):
        """V5: whatever comes is answered, as JSON and never with 5xx."""
        place, failures = self.new_world(), []
        folder = pathlib.Path(os.environ["AUTOPULSE_EXTRA_PAYLOADS"])
        bodies = []
        for file in sorted(folder.rglob("*.json*")):
            lines = file.read_text("utf-8").splitlines() if file.suffix == ".jsonl" else [
                file.read_text("utf-8")]
            bodies += [(file.name, line) for line in lines if line.strip()]
        for call_id, (name, text) in enumerate(bodies, 1):
            body = self.with_call_id(json.loads(text, parse_float=generator.Digits), call_id)
            scenario = generator.Scenario(call_id, call_id, {"status": "Ready"}, [])
            before = len(failures)
            self.play(place, scenario, [generator.dump(body)] * 2, failures)
            failures[before:] = [f"{name}: {failure}" for failure in failures[before:]]
        self.check(failures)

    @staticmethod
    def with_call_id(body, call_id):
        """The body with `call_id` at the first place that is read, if its type is recordable."""
        wrapped = isinstance(body.get("message"), dict)
        message = body["message"] if wrapped else body
        if message.get("type") not in RECORDABLE:
            return body
        tree = body
        for name in body_reader.CALL_ID_PLACES[0][0 if wrapped else 1:-1]:
            if not isinstance(tree.get(name), dict):
                tree[name] = {}
            tree = tree[name]
        tree["call_id"] = str(call_id)
        return body


if __name__ == "__main__":
    unittest.main(verbosity=2)
