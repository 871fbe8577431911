# shellcheck shell=bash
# What run.sh and demo.sh share: starting the programs, waiting until they are ready, stopping them.
# Sourced, not run. The caller sets `scratch` to a temporary folder.

say() { printf '== %s\n' "$*"; }

# start NAME FD COMMAND...: starts COMMAND, its standard error to file descriptor FD, and waits for
# its ready line, however long an older database takes to be upgraded; `starting_pid` is its
# process until then. Sets `started_pid`, and `started_address` and `started_url` to the HOST:PORT of
# the ready line, without and with a scheme.
starting_pid=
# shellcheck disable=SC2034  # what it sets is for who has sourced this
start() {
  local name=$1 log_fd=$2 pipe=${scratch:?}/$1.ready ready_fd ready_line
  shift 2
  mkfifo "$pipe"
  # A session of its own: Ctrl-C goes to this script alone, which stops the programs in order.
  setsid "$@" >"$pipe" 2>&"$log_fd" &
  starting_pid=$!
  exec {ready_fd}<"$pipe"
  rm "$pipe"
  local code
  until IFS= read -r -t 30 -u "$ready_fd" ready_line; do
    code=$?
    # Above 128 the time was up; else the program has closed its output.
    if [ "$code" -le 128 ]; then
      say "$name did not start"
      kill -KILL "$starting_pid" 2>/dev/null || true
      starting_pid=
      return 1
    fi
    say "$name is not ready yet; an older database is upgraded first, which may take a while"
  done
  started_pid=$starting_pid starting_pid=
  # "NAME ready on 127.0.0.1:50051 (...)", or "... on https://127.0.0.1:8080 (...)"
  started_url=${ready_line#* ready on }
  started_url=${started_url%% *}
  started_address=${started_url#*://}
}

# stop NAME PID: asks the program to stop and waits until it has. 1 if it did not exit with 0.
stop() {
  [ -n "$2" ] || return 0
  kill -TERM "$2" 2>/dev/null || true
  local code=0
  wait "$2" || code=$?
  [ "$code" = 0 ] || { say "$1 ended with exit code $code"; return 1; }
}
