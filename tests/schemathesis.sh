#!/usr/bin/env bash
# Sends the running service the requests, good and bad, that Schemathesis makes from openapi.yaml.
#
#   tests/schemathesis.sh DATABASE_URL [OPTION…]     after `cargo build` and a first run of ./test
#
# The database must be new. OPTIONs go to `schemathesis run`, as in --include-path-regex=/counts.
set -euo pipefail
root="$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)"
target="$(realpath -m "${CARGO_TARGET_DIR:-$root/target}")"
database_url=$1; shift
# Where everything that this run leaves behind goes.
folder="$target/schemathesis/${database_url%%:*}"
server=''

stop_server() {
  [[ -n $server ]] || return 0
  kill -TERM "$server" 2>/dev/null || true
  for _ in {1..100}; do
    kill -0 "$server" 2>/dev/null || break
    sleep 0.1
  done
  kill -KILL "$server" 2>/dev/null || true
  server=''
}

fail() {
  stop_server
  printf '\n-- the last lines of the service (%s):\n' "$folder/service.log" >&2
  tail -n 40 "$folder/service.log" >&2
  printf '\n%s\n' "$1" >&2
  exit 1
}

start_server() {
  local port
  port=$("$target/venv/bin/python" -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])')
  base_url="http://127.0.0.1:$port"
  export REJOINDER__HTTP__LISTEN="127.0.0.1:$port" REJOINDER__DATABASE__URL="$database_url"
  export REJOINDER__LIMITS__ENABLED=false
  "$target/debug/rejoinder" serve >service.log 2>&1 </dev/null &
  server=$!
  for _ in {1..150}; do
    if "$target/venv/bin/python" -c 'import sys, urllib.request; urllib.request.urlopen(sys.argv[1], timeout=5)' \
      "$base_url/readyz" 2>/dev/null; then return; fi
    kill -0 "$server" 2>/dev/null || fail 'the service ended before it was ready'
    sleep 0.2
  done
  fail 'the service did not become ready'
}

# A thread of two comments and a reply, so that there are ids to find. Prints what schemathesis.toml needs: the token of the
# guest who wrote the first comment, and the id of a stranger's comment, which that guest can vote for.
write_first_comments() {
  "$target/venv/bin/python" - "$base_url/api/v1/sites/default/comments" <<'PYTHON'
import json, sys, urllib.error, urllib.request

def write(body, **more):
    comment = {"thread": {"key": "first-thread"}, "author": {"name": "Ada"}, "body": body, **more}
    headers = {"Content-Type": "application/json"}
    try:
        with urllib.request.urlopen(urllib.request.Request(sys.argv[1], json.dumps(comment).encode(), headers)) as answer:
            return json.load(answer)
    except urllib.error.HTTPError as refusal:
        sys.exit(f"{refusal}: {refusal.read().decode()}")

first = write("The first comment")
write("A reply to it", parent_id=first["comment"]["id"])
strangers = write("Another comment")
print(first["guest_token"], strangers["comment"]["id"])
PYTHON
}

rm -rf "$folder"
mkdir -p "$folder"
cd "$folder"
trap stop_server EXIT
trap 'exit 1' INT TERM
start_server
written=$(write_first_comments) || fail 'the first comments were refused'
read -r REJOINDER_GUEST_TOKEN comment_id <<<"$written"
export REJOINDER_GUEST_TOKEN
sed "s/COMMENT_ID/$comment_id/" "$root/tests/schemathesis.toml" >schemathesis.toml
export PYTHONPATH="$root/tests" PYTHONDONTWRITEBYTECODE=1 SCHEMATHESIS_HOOKS=schemathesis_hooks
REJOINDER_STAFF_TOKEN=$("$target/debug/rejoinder" staff add Mia --role owner) || fail 'no owner could be added'
export REJOINDER_STAFF_TOKEN

# ask CONFIGURATION OPTION…
ask() {
  timeout --foreground 900 "$target/venv/bin/schemathesis" --config-file "$1" run "$base_url/openapi.yaml" "${@:2}" \
    || fail "schemathesis found failures, or did not finish in 900 s (exit status $?)"
}

ask schemathesis.toml --exclude-path-regex='^/api/v1/admin/' "$@"
# But for what would shut the owner out.
ask "$root/tests/schemathesis_staff.toml" --include-path-regex='^/api/v1/admin/' \
  --exclude-path-regex='^/api/v1/admin/(session|sessions|me)(/|$)' --exclude-operation-id=change_staff \
  --exclude-operation-id=remove_staff --exclude-operation-id=remove_token
kill -0 "$server" 2>/dev/null || fail 'the service ended while it was asked'
if grep -q 'panicked at' service.log; then fail 'the service panicked'; fi
