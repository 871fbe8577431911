#!/usr/bin/env bash
# Installs what the build needs on Debian 12 or 13, and with --test what the tests need too.
#
#   bazel-free-scripts/install-deps.sh [--test | --bench | --all]
#
# --test adds the tests' packages and the linters, --bench what measuring needs beyond those, --all
# what `test.sh --all` needs as well. Runs as root or with sudo. What is there already is left
# alone: a second run takes no network and no root.
#
# Everything comes from Debian, through the mirror that this machine's own apt uses:
#   * packages of this release, by plain apt-get;
#   * libodb, the ODB runtime, which Debian 12 lacks: the Debian 11 builds, which run unchanged on
#     12, checked against the sums below;
#   * cpp-httplib 0.18, one header, of which Debian 12 has only 0.11: out of Debian 13's source
#     package, into build/deps/ of this clone.
# The last two are fetched through an apt state of their own: apt checks the signatures as always,
# and nothing is left in /etc/apt.
#
# Environment:
#   AUTOPULSE_LIBODB_DEBS   folder with the six libodb packages, for a mirror without Debian 11
#                           (default: build/deps/libodb, where they are kept once fetched)
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

# shellcheck source=bazel-free-scripts/mirror.sh
. bazel-free-scripts/mirror.sh

libodb_debs=${AUTOPULSE_LIBODB_DEBS:-build/deps/libodb}
httplib_dir=build/deps/cpp-httplib
keyring=/usr/share/keyrings/debian-archive-keyring.gpg

packages=(
  build-essential cmake ninja-build pkg-config ccache ca-certificates curl
  odb libgrpc++-dev protobuf-compiler-grpc libprotobuf-dev protobuf-compiler libabsl-dev
  nlohmann-json3-dev libsimdjson-dev libssl-dev libsqlite3-dev sqlite3 libpq-dev libspdlog-dev libcli11-dev
)
test_packages=(libgtest-dev libgmock-dev openssl python3 python3-grpcio python3-protobuf shellcheck
               postgresql python3-psycopg2 python3-sqlalchemy python3-alembic
               iproute2 nftables faketime pgbouncer)
all_packages=(clang libclang-rt-dev debootstrap git)
bench_packages=(libbenchmark-dev gnuplot-nox linux-perf)
libodb_packages=(libodb-2.4 libodb-dev libodb-sqlite-2.4 libodb-sqlite-dev
                 libodb-pgsql-2.4 libodb-pgsql-dev)
libodb_version=2.4.0-1+b3

# SHA-256 of Debian 11's libodb packages for amd64, as its signed index lists them.
libodb_sums='0f3e92127539f07344759485a6e83d41bdaa3eaef43467cd0fb3ce3136ea3663  libodb-2.4_2.4.0-1+b3_amd64.deb
90d7bee323e1616a4b49bf421b599c3eadff6e19e631aec8ba5d2d4bf8270f24  libodb-dev_2.4.0-1+b3_amd64.deb
56bba1c11e5bbdc7f7bc8273a059cb82278c4201c5e23e391a2d77f7227f49fe  libodb-pgsql-2.4_2.4.0-1+b3_amd64.deb
196ce4482c72f4bab0b9738dbfdc5b6462eacf9540b76f69727b4428443b6022  libodb-pgsql-dev_2.4.0-1+b3_amd64.deb
1fdb53b4543c2e7cecb03e4f92aca7bee9f80354aac901aa0e0a5425cc16dee7  libodb-sqlite-2.4_2.4.0-1+b3_amd64.deb
fe55dd82666093a4157f9a4134dc0b36d62c3708fb0adf5532b83458c328b859  libodb-sqlite-dev_2.4.0-1+b3_amd64.deb'

say() { printf '== %s\n' "$*"; }
fail() { printf 'install-deps.sh: %s\n' "$*" >&2; exit 1; }

# Prints those of the given packages that are not installed.
missing_of() {
  local installed package
  installed=$(dpkg-query -W -f='${db:Status-Status} ${Package}\n' "$@" 2>/dev/null || true)
  for package in "$@"; do
    grep -qx "installed $package" <<<"$installed" || echo "$package"
  done
}

# Not with grep -q, which ends before apt-cache does: a broken pipe counts as a failure.
has_candidate() { apt-cache policy "$1" | grep '^  Candidate: [^(]' >/dev/null; }

as_root() {
  if [ "$(id -u)" = 0 ]; then "$@"; else sudo "$@"; fi
}

require_root() {
  [ "$(id -u)" = 0 ] || command -v sudo >/dev/null ||
    fail "packages have to be installed, which takes root or sudo: $(missing_of "${packages[@]}" | xargs)"
}

# apt-get, whose many lines are shown only if it fails.
apt_get() {
  require_root
  as_root env DEBIAN_FRONTEND=noninteractive \
    apt-get -qq -o DPkg::Lock::Timeout=300 -o Acquire::Retries=3 -o APT::Sandbox::User=root \
    -o Dpkg::Use-Pty=0 "$@" >"$scratch/apt.log" 2>&1 && return
  cat "$scratch/apt.log" >&2
  return 1
}

refresh_lists() {
  [ -z "${lists_are_fresh:-}" ] || return 0
  lists_are_fresh=yes
  say 'refreshing the package lists'
  apt_get update || say 'apt-get update failed; going on with the lists that are there'
}

# Installs those of the given packages that are not there.
install() {
  local missing
  mapfile -t missing < <(missing_of "$@")
  [ ${#missing[@]} -gt 0 ] || return 0
  require_root
  refresh_lists
  say "installing ${missing[*]}"
  apt_get install -y --no-install-recommends "${missing[@]}" ||
    fail 'apt-get did not install them; what it says is above'
}

# private_apt STATE ARGUMENT...: apt-get with the sources of STATE/sources.list and no others.
private_apt() {
  local state=$1
  shift
  apt-get -qq -o Acquire::Retries=3 -o APT::Sandbox::User=root \
    -o Dir::Etc::SourceList="$state/sources.list" -o Dir::Etc::SourceParts=/dev/null \
    -o Dir::Etc::Preferences=/dev/null -o Dir::Etc::PreferencesParts=/dev/null \
    -o Dir::State::Lists="$state/lists" -o Dir::Cache="$state/cache" \
    -o Acquire::AllowInsecureRepositories=false \
    -o Acquire::AllowDowngradeToInsecureRepositories=false "$@"
}

# make_private_apt STATE KIND SUITE: a state with one source, its lists fetched. KIND is deb or
# deb-src.
make_private_apt() {
  local state=$1 mirror
  mirror=$(own_mirror)
  if [ -z "$mirror" ]; then
    refresh_lists
    mirror=$(own_mirror)
  fi
  [ -n "$mirror" ] || fail "apt knows no Debian archive for $VERSION_CODENAME: is there one, and does apt-get update work?"
  mkdir -p "$state"/lists/partial "$state"/cache/archives/partial "$state"/files
  echo "$2 [signed-by=$keyring] $mirror $3 main" >"$state/sources.list"
  private_apt "$state" --error-on=any update
}

libodb_debs_are_right() {
  [ -d "$libodb_debs" ] &&
    (cd "$libodb_debs" && sha256sum --check --strict --status <<<"$libodb_sums" 2>/dev/null)
}

fetch_libodb_debs() {
  local state=$scratch/libodb
  say 'fetching libodb of Debian 11'
  make_private_apt "$state" deb bullseye || return 1
  (cd "$state/files" &&
    private_apt "$state" download "${libodb_packages[@]/%/=$libodb_version}") || return 1
  mkdir -p "$libodb_debs"
  cp "$state"/files/*.deb "$libodb_debs/"
}

install_libodb() {
  local missing
  mapfile -t missing < <(missing_of "${libodb_packages[@]}")
  [ ${#missing[@]} -gt 0 ] || return 0
  refresh_lists
  if has_candidate libodb-dev; then
    install libodb-dev libodb-sqlite-dev libodb-pgsql-dev
    return
  fi
  [ "$(dpkg --print-architecture)" = amd64 ] ||
    fail "on Debian 12 libodb is known for amd64 only; Debian 13 has it for every architecture"
  libodb_debs_are_right || fetch_libodb_debs ||
    fail "the mirror has no Debian 11 (bullseye): put its six libodb packages into $libodb_debs"
  libodb_debs_are_right ||
    fail "the packages in $libodb_debs are not the known ones (SHA-256): remove them and run again"
  say 'installing libodb'
  apt_get install -y --no-install-recommends "$(realpath "$libodb_debs")"/libodb*.deb
}

# The odb compiler is a plugin of one g++ release, on which its package does not depend.
install_odb_gcc() {
  local plugin release
  plugin=$(find /usr/lib/gcc -path '*/plugin/odb.so' | head -n 1)
  release=$(basename "$(dirname "$(dirname "$plugin")")")
  install "g++-$release"
}

install_httplib() {
  [ ! -e "$httplib_dir/httplib.h" ] || return 0
  # Debian 12's first releases do not know the key that signs Debian 13.
  if [ "$VERSION_ID" = 12 ] && dpkg --compare-versions \
    "$(dpkg-query -W -f='${Version}' debian-archive-keyring)" lt 2023.3+deb12u2; then
    refresh_lists
    apt_get install -y debian-archive-keyring
  fi
  say 'fetching the header of cpp-httplib from the source package of Debian 13'
  local state=$scratch/httplib unpacked
  make_private_apt "$state" deb-src trixie ||
    fail "the mirror does not give Debian 13 (trixie), whose cpp-httplib is needed"
  (cd "$state/files" && private_apt "$state" source cpp-httplib) >"$scratch/source.log" 2>&1 ||
    { cat "$scratch/source.log" >&2; fail 'the source package of cpp-httplib cannot be fetched'; }
  unpacked=$(find "$state/files" -maxdepth 1 -type d -name 'cpp-httplib-0.18.*')
  [ -n "$unpacked" ] || fail 'Debian 13 has another cpp-httplib than 0.18'
  mkdir -p "$httplib_dir"
  cp "$unpacked/LICENSE" "$httplib_dir/"
  cp "$unpacked/httplib.h" "$httplib_dir/httplib.h.new"
  mv "$httplib_dir/httplib.h.new" "$httplib_dir/httplib.h"
}

case "${1:-}" in
  '') ;;
  --test | --bench | --all)
    packages+=("${test_packages[@]}")
    # npm brings buf and the tests' sender. A machine that has another npm keeps it: Debian's would
    # clash with it.
    command -v npm >/dev/null || packages+=(nodejs npm)
    if [ "$1" != --test ]; then packages+=("${bench_packages[@]}"); fi
    if [ "$1" = --all ]; then packages+=("${all_packages[@]}"); fi
    ;;
  *) fail "unknown argument '$1'; usage: install-deps.sh [--test | --bench | --all]" ;;
esac

# shellcheck source=/dev/null
[ ! -r /etc/os-release ] || . /etc/os-release
case "${ID:-} ${VERSION_ID:-}" in
  'debian 12')
    # The sources are formatted with clang-format 14, which Debian 13 no longer has.
    if [ -n "${1:-}" ]; then packages+=(clang-format-14); fi
    if [ "${1:-}" = --all ]; then packages+=(clang-tidy-14); fi
    ;;
  'debian 13') ;;
  *) fail "this is ${PRETTY_NAME:-an unknown system}; Debian 12 and 13 are supported" ;;
esac

scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT

install "${packages[@]}"
install_libodb
install_odb_gcc
install_httplib
