"""Webhooks: how many, how fast, and whether each is in the database once afterwards."""

import json
import subprocess

import mix
from stores import programs

TOOLS = programs.BIN.parent / "tests"
CONNECTIONS = 32


def _step_bit():
    """SQL: the bit of a journal row's step, as `Acknowledged` has it."""
    cases = []
    for step, name in enumerate(mix.STEPS):
        if name == "hang":
            condition = "kind = 'notice'"
        elif name == "end-of-call-report":
            condition = "kind = 'end_of_call_report'"
        else:
            condition = f"provider_status = '{name}'"
        cases.append(f"WHEN {condition} THEN {1 << step}")
    return f"CASE {' '.join(cases)} END"


def verify(store, first_call, acknowledged):
    """Fails unless the journal has each acknowledged event once, and no other.

    `acknowledged` has a byte for each call from `first_call` on, whose bits are the steps.
    """
    last_call = first_call + len(acknowledged) - 1
    of_these = f"call_id BETWEEN {first_call} AND {last_call}"
    seen = 0
    for call, bits, count in store.rows(
            f"SELECT call_id, SUM({_step_bit()}), COUNT(*) FROM call_event WHERE {of_these}"
            " GROUP BY call_id"):
        expected = acknowledged[call - first_call]
        # Powers of two: this sum with this count is made in one way only.
        if bits != expected or count != expected.bit_count():
            raise AssertionError(f"call {call}: acknowledged {expected:b}, in the journal {count}"
                                 f" events that make {bits:b}")
        seen += 1
    wanted = sum(1 for bits in acknowledged if bits)
    if seen != wanted:
        raise AssertionError(f"{wanted} calls were acknowledged, {seen} are in the journal")
    reports = sum(1 for bits in acknowledged if bits >> (len(mix.STEPS) - 1) & 1)
    lines = store.rows(f"SELECT COUNT(*) FROM transcript WHERE {of_these}")[0][0]
    if lines != reports * mix.REPORT_LINES:
        raise AssertionError(f"{reports} reports were acknowledged, {lines} lines are stored")
    not_applied = store.rows(
        f"SELECT COUNT(*) FROM call_event WHERE {of_these} AND outcome <> 'APPLIED'"
        " AND kind <> 'notice'")[0][0]
    if not_applied:
        raise AssertionError(f"{not_applied} events came out of order: the load was not meant so")


class Load:
    """Posts a mix to a port; every run takes calls of its own, from `next_call` on."""

    def __init__(self, folder, kind, port, secret="none"):
        self._folder = folder
        self._port = port
        self._secret = secret
        self._mix = folder / f"{kind}.json"
        mix.write(kind, self._mix)
        self.next_call = mix.CALL_NUMBER
        self._runs = []  # of verify()'s arguments

    def run(self, seconds, calls, store=None, **options):
        """Runs the load generator; its JSON. The calls are registered in `store` before, if it is given."""
        first, self.next_call = self.next_call, self.next_call + calls
        if store is not None:
            store.register(first, calls)
        acknowledged = self._folder / "acknowledged"
        options = {"connections": CONNECTIONS, **options}
        done = subprocess.run(
            [TOOLS / "bench_webhook_load", f"--port={self._port}", f"--mix={self._mix}",
             f"--secret={self._secret}", f"--seconds={seconds}", f"--calls={calls}",
             f"--first-call={first}", f"--acknowledged={acknowledged}",
             *(f"--{name.replace('_', '-')}={value}" for name, value in options.items())],
            stdout=subprocess.PIPE, text=True, check=True)
        result = json.loads(done.stdout)
        if set(result["statuses"]) - {"200", "202"}:
            raise AssertionError(f"answers other than 200: {result['statuses']}")
        self._runs.append((first, acknowledged.read_bytes()))
        return result

    def verify(self, store, already=0):
        """What every run has acknowledged is in the database once; a spool is given time.

        `already` events were there before.
        """
        wanted = already + sum(sum(map(int.bit_count, bits)) for _, bits in self._runs)
        programs.wait_until(
            lambda: store.rows("SELECT COUNT(*) FROM call_event")[0][0] >= wanted,
            "all acknowledged events are in the database", 120)
        for first, bits in self._runs:
            verify(store, first, bits)
