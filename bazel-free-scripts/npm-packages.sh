#!/usr/bin/env bash
# Installs what package-lock.json names into build/npm: buf for lint.sh, a sender of Standard
# Webhooks for the tests. Once: a second run takes no network.
#
#   bazel-free-scripts/npm-packages.sh
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

cmp -s bazel-free-scripts/package-lock.json build/npm/installed-lock.json && exit
echo '== installing buf and standardwebhooks from npm'
mkdir -p build/npm
cp bazel-free-scripts/package.json bazel-free-scripts/package-lock.json build/npm/
npm ci --prefix build/npm --ignore-scripts --no-audit --no-fund --loglevel=error
# npm takes it for a success when a package of one platform cannot be fetched.
compgen -G 'build/npm/node_modules/@bufbuild/*/bin/buf' >/dev/null ||
  { echo 'npm-packages.sh: npm could not fetch buf' >&2; exit 1; }
cp bazel-free-scripts/package-lock.json build/npm/installed-lock.json
