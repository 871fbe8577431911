#!/usr/bin/env bash
# Installs what is missing, checks, builds and tests everything. This is what CI runs.
#
#   bazel-free-scripts/test.sh          lint, release build, all tests
#   bazel-free-scripts/test.sh --all    the long forms of tests that have one; also all
#                                       tests under the address and undefined behavior
#                                       sanitizers, those labelled `tsan` under the thread
#                                       sanitizer, each fuzzer for 30 seconds, clang-tidy, and at last
#                                       run.sh and test.sh on a fresh Debian of the other release
#
# Ends with ctest's summary, or with what clang-tidy found; and with another exit code than 0 if
# anything failed.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

say() { printf '== %s\n' "$*"; }

configure() {
  grep -qs '^AUTOPULSE_TESTS:BOOL=ON' "build/$1/CMakeCache.txt" && [ -e "build/$1/build.ninja" ] &&
    return
  say "configuring $1"
  mkdir -p build
  cmake --preset "$1" -DAUTOPULSE_TESTS=ON >build/configure.log 2>&1 ||
    { cat build/configure.log >&2; return 1; }
}

build() {
  configure "$1"
  say "building $1"
  cmake --build --preset "$@"
}

run_tests() {
  say "testing $1"
  ctest --preset "$1" -j "$(nproc)" "${@:2}"
}

# The thread sanitizer is for the tests whose synchronisation it can see. Debian's gRPC is not
# instrumented, so the others are not even built.
run_thread_sanitizer() {
  configure tsan
  local tests
  mapfile -t tests < <(ctest --preset tsan -N -L '^tsan$' | sed -n 's/^ *Test *#[0-9]*: //p')
  build tsan --target "${tests[@]}"
  run_tests tsan -L '^tsan$'
}

# What is committed, as the other release's compiler, libraries and database take it.
run_on_the_other_release() {
  local release
  # shellcheck source=/dev/null
  release=$(. /etc/os-release && if [ "$VERSION_ID" = 12 ]; then echo 13; else echo 12; fi)
  if [ "$(id -u)" = 0 ]; then
    bazel-free-scripts/fresh-debian.sh "$release"
  else
    say "left out, for it takes root: fresh-debian.sh $release"
  fi
}

case "${1:-}" in
  '') bazel-free-scripts/install-deps.sh --test ;;
  --all) bazel-free-scripts/install-deps.sh --all ;;
  *) echo "test.sh: unknown argument '$1'; usage: test.sh [--all]" >&2; exit 2 ;;
esac
bazel-free-scripts/lint.sh
build release
if [ "${1:-}" != --all ]; then
  run_tests release
  exit
fi
AUTOPULSE_LONG_TESTS=1 run_tests release
build asan
run_tests asan
run_thread_sanitizer
build fuzz
run_tests fuzz -L '^fuzz$'
bazel-free-scripts/lint.sh --tidy
run_on_the_other_release
