#!/usr/bin/env bash
# Measures how fast the programs are, beside the limits of this machine.
#
#   bazel-free-scripts/bench.sh [NAME...] [--quick] [--runs=5] [--seconds=5] [-o json] [--docs]
#
# Installs what is missing, builds, measures, and prints a table; --help says what the names are.
# docs/performance.md says how to read it. Leave the machine alone meanwhile.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

bazel-free-scripts/install-deps.sh --bench
if ! grep -qs '^AUTOPULSE_TESTS:BOOL=ON' build/release/CMakeCache.txt; then
  mkdir -p build
  cmake --preset release -DAUTOPULSE_TESTS=ON >build/configure.log 2>&1 ||
    { cat build/configure.log >&2; exit 1; }
fi
cmake --build --preset release --target bench >&2
exec /usr/bin/python3 -B tests/bench/bench.py "$@"
