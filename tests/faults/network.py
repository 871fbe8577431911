"""A network of its own for one program, by `ip netns`, whose packets `nft` drops."""

import os
import subprocess


class Network:
    """A network namespace, joined to this one by a pair of devices."""

    def __init__(self):
        number = os.getpid() % 16_000
        self.name = f"callevents{number}"
        self._device = f"ce{number}"
        prefix = f"10.201.{number // 64}"
        self._here = f"{prefix}.{number % 64 * 4 + 1}"
        self.there = f"{prefix}.{number % 64 * 4 + 2}"
        self.enter = ["ip", "netns", "exec", self.name]

    def make(self):
        """False if that is not permitted here."""
        inner = ["ip", "-n", self.name]
        made = all(subprocess.run(command, capture_output=True, check=False).returncode == 0
                   for command in (
                       ["ip", "netns", "add", self.name],
                       ["ip", "link", "add", self._device, "type", "veth", "peer", "name", "inner",
                        "netns", self.name],
                       ["ip", "address", "add", f"{self._here}/30", "dev", self._device],
                       ["ip", "link", "set", self._device, "up"],
                       [*inner, "address", "add", f"{self.there}/30", "dev", "inner"],
                       [*inner, "link", "set", "inner", "up"],
                       [*inner, "link", "set", "lo", "up"]))
        return made and self._nft(
            "add table ip faults; add chain ip faults in { type filter hook input priority 0; };"
            " add chain ip faults out { type filter hook output priority 0; }")

    def _nft(self, commands):
        return subprocess.run([*self.enter, "nft", commands], capture_output=True,
                              check=False).returncode == 0

    def drop(self, condition=""):
        """Both ways, what fits the condition."""
        assert self._nft(f"add rule ip faults in {condition} drop;"
                         f" add rule ip faults out {condition} drop")

    def heal(self):
        assert self._nft("flush table ip faults")

    def remove(self):
        subprocess.run(["ip", "netns", "del", self.name], capture_output=True, check=False)
        subprocess.run(["ip", "link", "del", self._device], capture_output=True, check=False)
