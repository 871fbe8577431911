#!/usr/bin/env bash
# Formats the C++ sources with clang-format 14, and the proto files if lint.sh has installed buf.
#
#   bazel-free-scripts/format.sh [--check]
#
# --check changes nothing and fails where something would change.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

mapfile -t sources < <(find adapter clients/cpp persistence services tests \
  \( -name '*.h' -o -name '*.cc' \) -not -path '*/generated/*' | sort)

if [ "${1:-}" = --check ]; then
  clang-format-14 --dry-run --Werror "${sources[@]}"
  exit
fi
clang-format-14 -i "${sources[@]}"
buf=$(find "$PWD/build/npm/node_modules/@bufbuild" -path '*/bin/buf' 2>/dev/null | head -n 1)
if [ -n "$buf" ]; then (cd proto && "$buf" format -w); fi
