#!/usr/bin/env bash
# Checks what needs no build: C++ format, shell scripts, proto files. Prints what is wrong.
#
#   bazel-free-scripts/lint.sh [--tidy]
#
# --tidy runs clang-tidy too (minutes). It needs build/release to be built, for what is generated
# there.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

say() { printf '== %s\n' "$*"; }

check_format() {
  # Another release formats differently; Debian 13 has no 14.
  if ! command -v clang-format-14 >/dev/null; then
    say 'C++ format: not checked, there is no clang-format-14'
    return
  fi
  say 'C++ format'
  bazel-free-scripts/format.sh --check
}

check_scripts() {
  say 'shell scripts'
  shellcheck -x bazel-free-scripts/*.sh tests/postgres/*.sh .ci/run
}

find_buf() {
  find build/npm/node_modules/@bufbuild -path '*/bin/buf' 2>/dev/null | head -n 1
}

check_protos() {
  bazel-free-scripts/npm-packages.sh
  say 'proto files'
  local buf
  buf=$(realpath "$(find_buf)")
  (cd proto && "$buf" lint && "$buf" format --diff --exit-code)
}

run_tidy() {
  say 'clang-tidy'
  local tidy
  tidy=$(command -v run-clang-tidy-14 || command -v run-clang-tidy) ||
    { say 'clang-tidy: not run, it is not installed'; return; }
  [ -e build/release/compile_commands.json ] || cmake --preset release >/dev/null
  "$tidy" -quiet -p build/release -j "$(nproc)" "^$PWD/(adapter|clients|persistence|services)/" \
    2>/dev/null
}

check_format
check_scripts
check_protos
if [ "${1:-}" = --tidy ]; then run_tidy; fi
