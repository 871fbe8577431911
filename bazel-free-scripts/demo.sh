#!/usr/bin/env bash
# Plays one call through the webhook and shows what became of it: run.sh --demo, after the build.
#
# Free ports, a database and a secret of its own; nothing is left behind.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
bin=$PWD/build/release/bin
bodies=$PWD/tests/demo

# The demo is the same on every machine, whatever the settings are there.
unset "${!CALL_EVENT_SERVICE_@}" "${!VAPI_WEBHOOK_ADAPTER_@}" "${!CALLCTL_@}"

# shellcheck source=bazel-free-scripts/programs.sh
. bazel-free-scripts/programs.sh

scratch=$(mktemp -d)
service=
adapter=

clean_up() {
  local code=$?
  trap - EXIT INT TERM HUP PIPE
  # shellcheck disable=SC2086  # empty where nothing runs
  kill -KILL $starting_pid $adapter $service 2>/dev/null || true
  if [ "$code" != 0 ] && [ -s "$scratch/log" ]; then
    { say 'what the programs said' && tail -n 40 "$scratch/log"; } >&2 || true
  fi
  rm -rf "$scratch"
  exit "$code"
}
trap clean_up EXIT
trap 'exit 130' INT TERM HUP
trap 'exit 141' PIPE  # nobody reads what is printed

# Prints a callctl command as one would type it, then runs it.
show() {
  local line='$ callctl' word
  for word in "$@"; do
    [[ $word != *[\ \,]* ]] || word="'$word'"
    line+=" $word"
  done
  printf '\n%s\n' "$line"
  "$bin/callctl" "$@"
}

# Posts one of the bodies as VAPI would and prints the answer.
post() {
  printf '%-22s %6d bytes  ->  ' "$1" "$(wc -c <"$bodies/$1.json")"
  curl --silent --show-error --fail-with-body --max-time 30 \
    --header 'Content-Type: application/json' --header "@$scratch/secret-header" \
    --data-binary "@$bodies/$1.json" "$adapter_url/webhooks/vapi"
  echo
}

exec {log}>"$scratch/log"
(umask 077 && head -c 32 /dev/urandom | base64 | tr -d '=\n' | tr '+/' '-_' >"$scratch/secret")
(umask 077 && printf 'X-Vapi-Secret: %s' "$(cat "$scratch/secret")" >"$scratch/secret-header")

say 'starting the service and the adapter on free ports'
start call-event-service "$log" "$bin/call-event-service" --listen=127.0.0.1:0 \
  --database="sqlite:$scratch/calls.db"
service=$started_pid service_address=$started_address
start vapi-webhook-adapter "$log" "$bin/vapi-webhook-adapter" --listen=127.0.0.1:0 \
  --service="$service_address" --webhook-secret-file="$scratch/secret"
adapter=$started_pid adapter_url=$started_url
export CALLCTL_SERVICE=$service_address

say 'registering a service record and the call that belongs to it'
show service-records create --id=9 --customer-name='Robin Sample' \
  --customer-phone=+15550100123 --vehicle-info='2021 Estate, blue' --service-type='Brake inspection'
show calls create --id=15 --service-record=9 --customer-number=+15550100123 \
  --direction=outbound

echo
say 'VAPI tells the webhook what happens to the call'
post queued
post ringing
post in-progress
post end-of-call-report

echo
say 'what any gRPC client can read now'
show calls get 15
show calls events 15
show calls transcript 15

echo
stop vapi-webhook-adapter "$adapter"
stop call-event-service "$service"
adapter=
service=
say 'the demo is over; everything it started is stopped'
