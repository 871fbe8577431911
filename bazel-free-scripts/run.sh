#!/usr/bin/env bash
# Installs what is missing, builds, and starts the service and the webhook adapter.
#
#   bazel-free-scripts/run.sh           runs both until Ctrl-C; data and secret are in var/
#   bazel-free-scripts/run.sh --demo    plays one call through both, on free ports and a database
#                                       of its own, shows what became of it, and exits
#
# Environment: every setting of the two programs, by the names that their --help lists. Those with
# a default of this script's own:
#   CALL_EVENT_SERVICE_LISTEN                   127.0.0.1:50051
#   CALL_EVENT_SERVICE_DATABASE                 sqlite:var/calls.db of this clone
#                                               (its schema is upgraded first: --migrate)
#   VAPI_WEBHOOK_ADAPTER_LISTEN                 127.0.0.1:8080
#   VAPI_WEBHOOK_ADAPTER_WEBHOOK_SECRET_FILE    var/webhook-secret of this clone
#   VAPI_WEBHOOK_ADAPTER_SPOOL                  var/spool.db of this clone; empty for none
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
root=$PWD
bin=$root/build/release/bin

# shellcheck source=bazel-free-scripts/programs.sh
. bazel-free-scripts/programs.sh

build() {
  if [ ! -e build/release/build.ninja ]; then
    say 'building; the first time takes some minutes'
    mkdir -p build
    cmake --preset release >build/configure.log 2>&1 || { cat build/configure.log >&2; return 1; }
  fi
  cmake --build --preset release --target call-event-service call-event-migrate \
    vapi-webhook-adapter callctl
}

# Makes the secret that VAPI has to send, unless there is one.
make_secret() {
  [ ! -e "$1" ] || return 0
  (umask 077 && head -c 32 /dev/urandom | base64 | tr -d '=\n' | tr '+/' '-_' >"$1.new")
  mv "$1.new" "$1"
}

# The database as it may be shown: a file's name, or a URL without its password.
public_name() {
  sed -E 's#^sqlite:##; s#^([^:]*://[^:/@]*):[^@]*@#\1:...@#; s#([?&]password=)[^&]*#\1...#' <<<"$1"
}

# Prints what to do now. $1: where the service listens. $2: the adapter's URL. $3: the secret's file.
# $4: the database. $5: the spool.
introduce() {
  local id=15
  # A second run finds the call of the first: another number then.
  if "$bin/callctl" --service="$1" calls get "$id" >/dev/null 2>&1; then id=$(date +%s); fi
  cat <<TEXT

AutoPulse call events is running. Ctrl-C stops it.

  webhooks   $2/webhooks/vapi
  gRPC       $1 (reflection is on)
  secret     $3 (VAPI sends it as X-Vapi-Secret)
  database   $4
  spool      $5

Try it from another terminal: register a call, let VAPI say that it rings, look at it.

  $bin/callctl --service=$1 calls create --id=$id

  curl -sS -w '\\n' $2/webhooks/vapi -H 'Content-Type: application/json' -H "X-Vapi-Secret: \$(cat $3)" -d '{"message":{"type":"status-update","status":"ringing","call":{"id":"try-$id","assistantOverrides":{"variableValues":{"call_id":"$id"}}}}}'

  $bin/callctl --service=$1 calls get $id

TEXT
}

service=
adapter=

# Stops what runs, the adapter first: it takes no webhook that the service could not record. A
# second Ctrl-C does not wait.
stop_all() {
  trap 'kill -KILL $starting_pid $adapter $service 2>/dev/null || true' INT TERM HUP
  local code=0
  stop 'what was starting' "$starting_pid" || code=1
  starting_pid=
  stop vapi-webhook-adapter "$adapter" || code=1
  adapter=
  stop call-event-service "$service" || code=1
  service=
  return "$code"
}

# shellcheck disable=SC2317  # called by the trap
interrupted() {
  echo
  say 'stopping'
  stop_all || exit 1
  say 'stopped'
  exit 0
}

# shellcheck disable=SC2317  # called by the trap
clean_up() {
  local code=$?
  stop_all >/dev/null 2>&1 || true  # whatever the reason is: nothing is left running
  rm -rf "$scratch"
  exit "$code"
}

run() {
  mkdir -p -m 700 var
  local listen=${CALL_EVENT_SERVICE_LISTEN:-127.0.0.1:50051}
  local database=${CALL_EVENT_SERVICE_DATABASE:-sqlite:$root/var/calls.db}
  local webhook_listen=${VAPI_WEBHOOK_ADAPTER_LISTEN:-127.0.0.1:8080}
  local secret=${VAPI_WEBHOOK_ADAPTER_WEBHOOK_SECRET_FILE:-$root/var/webhook-secret}
  local spool=${VAPI_WEBHOOK_ADAPTER_SPOOL-$root/var/spool.db}
  local service_address died
  make_secret "$secret"

  trap interrupted INT TERM HUP
  trap 'exit 141' PIPE  # nobody reads what is printed
  start call-event-service 2 "$bin/call-event-service" --listen="$listen" \
    --database="$database" --migrate || exit 1
  service=$started_pid service_address=$started_address
  start vapi-webhook-adapter 2 "$bin/vapi-webhook-adapter" --listen="$webhook_listen" \
    --service="$service_address" --webhook-secret-file="$secret" --spool="$spool" || exit 1
  adapter=$started_pid
  introduce "$service_address" "$started_url" "$secret" "$(public_name "$database")" \
    "${spool:-none: what the service cannot take is refused}"

  local code=0
  # The shell would say itself that a program was killed.
  { wait -n -p died "$service" "$adapter" || code=$?; } 2>/dev/null
  if [ "$died" = "$service" ]; then
    say "call-event-service has ended (exit code $code); stopping vapi-webhook-adapter"
    service=
  else
    say "vapi-webhook-adapter has ended (exit code $code); stopping call-event-service"
    adapter=
  fi
  stop_all || true
  exit 1
}

case "${1:-}" in
  '' | --demo) ;;
  --help | -h) sed -n '2,/^set /{/^set /d;s/^# \{0,1\}//;p}' "${BASH_SOURCE[0]}"; exit 0 ;;
  *) echo "run.sh: unknown argument '$1'; usage: run.sh [--demo]" >&2; exit 2 ;;
esac

bazel-free-scripts/install-deps.sh
build
if [ "${1:-}" = --demo ]; then exec bazel-free-scripts/demo.sh; fi
scratch=$(mktemp -d)
trap clean_up EXIT
run
