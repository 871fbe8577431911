#!/usr/bin/env bash
# A throw-away PostgreSQL cluster for tests: in a temporary folder, on a unix socket only, as user
# postgres when started as root.
#
#   tests/postgres/cluster.sh [--durable]
#
# --durable makes every commit wait for the disk, as in production; tests need no such thing.
#
# Prints the URL of a database once it can be used. Then it obeys its standard input, a word a line,
# and answers each with one line:
#
#   create      makes a new, empty database: its URL
#   restart     stops the server as a crash would, and starts it: `restarted`
#
# At the end of the input, which comes also when the program that holds the other end is killed, the
# server is stopped and everything removed.
set -euo pipefail

fail() { printf 'cluster.sh: %s\n' "$*" >&2; exit 1; }

fsync=off
case "${1:-}" in
  '') ;;
  --durable) fsync=on ;;
  *) fail "unknown argument '$1'; usage: cluster.sh [--durable]" ;;
esac

bin=$(find /usr/lib/postgresql/*/bin -maxdepth 0 2>/dev/null | sort -V | tail -n 1)
[ -n "$bin" ] || fail 'PostgreSQL is not installed'

# Short: the path of a unix socket has at most 107 characters.
folder=$(mktemp -d "${TMPDIR:-/tmp}/pg.XXXXXX")

as_postgres() {
  if [ "$(id -u)" = 0 ]; then
    setpriv --reuid=postgres --regid=postgres --clear-groups \
      env -i -C "$folder" PATH="$PATH" LC_ALL=C.UTF-8 "$@"
  else
    env -C "$folder" LC_ALL=C.UTF-8 "$@"
  fi
}

clean_up() {
  as_postgres "$bin/pg_ctl" -D "$folder/data" -w -m immediate stop >/dev/null 2>&1 || true
  rm -rf "$folder"
}

# Its own standard input and output: the server must not hold ours open.
start() {
  as_postgres "$bin/pg_ctl" -D "$folder/data" -w -l "$folder/log" -o "-c listen_addresses='' \
    -c unix_socket_directories='$folder' -c max_connections=100 -c fsync=$fsync" \
    start </dev/null >/dev/null 2>&1 || { cat "$folder/log" >&2; fail 'the server does not start'; }
}

url_of() { printf 'postgresql:///%s?host=%s&user=postgres\n' "$1" "$folder"; }

trap clean_up EXIT
trap 'exit 1' INT TERM
[ "$(id -u)" != 0 ] || chown postgres: "$folder"
as_postgres "$bin/initdb" -D "$folder/data" -U postgres -A trust -N --locale=C.UTF-8 -E UTF8 \
  </dev/null >"$folder/initdb.log" 2>&1 || { cat "$folder/initdb.log" >&2; fail 'initdb failed'; }
start
url_of postgres

count=0
while read -r word; do
  case $word in
    create)
      count=$((count + 1))
      as_postgres "$bin/createdb" -h "$folder" -U postgres "test$count" </dev/null
      url_of "test$count"
      ;;
    restart)
      as_postgres "$bin/pg_ctl" -D "$folder/data" -w -m immediate stop </dev/null >/dev/null
      start
      echo restarted
      ;;
    *) fail "unknown word '$word'" ;;
  esac
done
