"""The service is away for a while and webhooks go on coming: FT6."""

import time
import unittest

import surroundings
import programs
from repeating_load import DRAIN_SECONDS, Load

SECONDS = 600 if programs.LONG else 20
PER_SECOND = 500
CALLS = range(1, 201)
MEMORY_KIB = 64 << 10
GROWTH_KIB = 16 << 10


class OutageTest(surroundings.FaultTest):
    """Every webhook is accepted, memory does not grow, and all of it gets there."""

    def test_outage_is_not_felt(self):
        """FT6, O7: 2xx for all, then drained in order, in flat memory."""
        self.start_with_spool(adapter=["--log-level=error"])
        self.create_calls(CALLS)
        self.service.kill()
        begin = time.monotonic()
        load = Load(self.adapter.address, CALLS, per_second=PER_SECOND)
        self.addCleanup(load.stop)
        early = None
        while time.monotonic() < begin + SECONDS:
            more = load.count() + PER_SECOND
            programs.wait_until(lambda more=more: load.count() > more or load.errors, "progress")
            if early is None and time.monotonic() > begin + SECONDS / 4:
                early = self.adapter.status("VmRSS")
        late = self.adapter.status("VmRSS")
        load.stop()
        accepted, seconds = load.count(), time.monotonic() - begin
        self.assertEqual(load.errors, [])
        self.assertEqual(set(load.tally()), {202})

        size = self.spool.stat().st_size
        drain_begin = time.monotonic()
        self.restart_service()
        self.wait_until_drained(DRAIN_SECONDS)
        drained = time.monotonic() - drain_begin
        self.assert_kept_once_and_in_order(load.acknowledged)
        peak = self.adapter.status("VmHWM")
        print(f"{accepted} webhooks in {seconds:.0f} s, all 202, p50 {load.percentile(0.5):.1f} ms, "
              f"p99 {load.percentile(0.99):.1f} ms; spool {size >> 20} MiB, drained in "
              f"{drained:.0f} s; memory {early >> 10} MiB early, {late >> 10} MiB late, "
              f"{peak >> 10} MiB at most")
        self.assertLess(late - early, GROWTH_KIB)
        self.assertLess(peak, MEMORY_KIB)
        # What the outage took of the disk is given back.
        programs.wait_until(lambda: self.spool.stat().st_size <= 20 << 20, "a small file", 120)


if __name__ == "__main__":
    unittest.main(verbosity=2)
