#!/usr/bin/env bash
# Runs the two commands on a Debian that has nothing installed: what is committed here is cloned
# into a new system in a temporary folder, and `run.sh --demo` and `test.sh` are run in there.
#
#   bazel-free-scripts/fresh-debian.sh 12|13
#
# Takes root, some gigabytes, and half an hour on two cores. The packages come through the mirror that
# this machine's own apt uses. Ends with the exit code of what failed first; nothing is left behind.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

# shellcheck source=bazel-free-scripts/mirror.sh
. bazel-free-scripts/mirror.sh

say() { printf '== %s\n' "$*"; }
fail() { printf 'fresh-debian.sh: %s\n' "$*" >&2; exit 2; }

case "${1:-}" in
  12) suite=bookworm ;;
  13) suite=trixie ;;
  *) fail "usage: fresh-debian.sh 12|13" ;;
esac
[ "$(id -u)" = 0 ] || fail 'a system in a folder takes root'
for tool in debootstrap git; do
  command -v "$tool" >/dev/null || fail "there is no $tool: apt-get install $tool"
done
mirror=$(own_mirror)
[ -n "$mirror" ] || fail 'apt knows no Debian archive: does apt-get update work?'

system=$(mktemp -d)
chmod 755 "$system"  # PostgreSQL's user is to get in as well
trap 'rm -rf --one-file-system "$system"' EXIT

say "making a Debian $1"
debootstrap --variant=minbase --include=ca-certificates "$suite" "$system" "$mirror" \
  >"$system.log" 2>&1 || { cat "$system.log" >&2; rm "$system.log"; exit 1; }
rm "$system.log"
# What is this machine's matter: a proxy, whom it trusts, a mirror that stands still.
apt-config dump | grep -E '^Acquire::(https?::|Check-)' >"$system/etc/apt/apt.conf.d/90machine" || true
cp /etc/resolv.conf "$system/etc/"
cp -r /usr/local/share/ca-certificates "$system/usr/local/share/"
chroot "$system" update-ca-certificates >/dev/null 2>&1
git clone -q . "$system/root/clone"

# The mounts are seen in there only, and end with it.
# shellcheck disable=SC2016  # for the shell in there
unshare --mount --pid --fork --kill-child bash -euc '
  mount -t proc proc "$0/proc"
  mount -t sysfs sysfs "$0/sys"
  mount --rbind /dev "$0/dev"
  mount -t tmpfs tmpfs "$0/dev/shm"
  exec env -i HOME=/root PATH=/usr/sbin:/usr/bin:/sbin:/bin \
    NODE_EXTRA_CA_CERTS=/etc/ssl/certs/ca-certificates.crt chroot "$0" bash -euc "
    cd /root/clone
    bazel-free-scripts/run.sh --demo
    bazel-free-scripts/test.sh"
' "$system"
say "Debian $1: both commands do"
