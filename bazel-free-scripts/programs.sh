# shellcheck shell=bash
# What run.sh and demo.sh share: starting the programs, waiting until they are ready, stopping them.
# Sourced, not run. The caller sets `scratch` to a temporary folder.

say() { printf '== %s\n' "$*"; }

# start NAME FD COMMAND...: starts COMMAND, its standard error to file descriptor FD, and waits for
# its ready line. Sets `started_pid` and `started_address`, the HOST:PORT of the ready line.
start() {
  local name=$1 log_fd=$2 pipe=${scratch:?}/$1.ready ready_fd ready_line
  shift 2
  mkfifo "$pipe"
  # A session of its own: Ctrl-C goes to this script alone, which stops the programs in order.
  setsid "$@" >"$pipe" 2>&"$log_fd" &
  started_pid=$!
  exec {ready_fd}<"$pipe"
  rm "$pipe"
  if ! IFS= read -r -t 30 -u "$ready_fd" ready_line; then
    say "$name did not start"
    kill -KILL "$started_pid" 2>/dev/null || true
    return 1
  fi
  # "NAME ready on 127.0.0.1:50051 (...)", or "... on http://127.0.0.1:8080 (...)"
  started_address=${ready_line#* ready on }
  started_address=${started_address%% *}
  started_address=${started_address#http://}
}

# stop NAME PID: asks the program to stop and waits until it has. 1 if it did not exit with 0.
stop() {
  [ -n "$2" ] || return 0
  kill -TERM "$2" 2>/dev/null || true
  local code=0
  wait "$2" || code=$?
  [ "$code" = 0 ] || { say "$1 ended with exit code $code"; return 1; }
}
