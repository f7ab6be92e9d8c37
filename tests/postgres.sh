# shellcheck shell=bash
# A throw-away PostgreSQL server with TLS, to be sourced by a bash script: `start_postgres FOLDER`, `stop_postgres`.
# FOLDER must exist and be empty; it then belongs to the server, and whoever made it removes it.

postgres_bin='' postgres_folder='' postgres_user=''

find_postgres() {
  for postgres_bin in $(ls -d /usr/lib/postgresql/*/bin 2>/dev/null | sort -rV) \
    "$(pg_config --bindir 2>/dev/null)" "$(dirname "$(command -v initdb)")"; do
    if [[ -x $postgres_bin/initdb && -x $postgres_bin/pg_ctl && -x $postgres_bin/psql ]]; then return; fi
  done
  return 1
}

# The server refuses to run as root. The folder is closed to others, so commands start where they may look around.
as_postgres() (
  cd "$postgres_folder"
  if ((EUID == 0)); then exec runuser -u "$postgres_user" -- "$@"; else exec "$@"; fi
)

start_postgres() {
  local port
  find_postgres || return 1
  postgres_folder=$1
  postgres_user=$(id -un postgres 2>/dev/null || echo nobody)
  {
    make_certificates
    if ((EUID == 0)); then chown -R "$postgres_user" "$postgres_folder"; fi
    make_cluster
  } >"$1/preparation.log" 2>&1 || { cat "$1/preparation.log" >&2; return 1; }
  for port in $(shuf -n 5 -i 20000-32000); do
    if as_postgres "$postgres_bin/pg_ctl" start -s -w -D data -l server.log -o "-p $port" >/dev/null 2>&1 </dev/null; then
      export REJOINDER_TEST_POSTGRES_URL="postgres://postgres@127.0.0.1:$port/postgres"
      export REJOINDER_TEST_POSTGRES_CA="$1/ca.pem"
      return
    fi
  done
  tail -n 40 "$1/server.log" >&2
  return 1
}

stop_postgres() {
  if [[ -e $postgres_folder/data/postmaster.pid ]]; then
    as_postgres "$postgres_bin/pg_ctl" stop -s -D data -m immediate
  fi
}

make_certificates() (
  set -e
  cd "$postgres_folder"
  cat >tls.cnf <<'CNF'
[req]
distinguished_name = name
[name]
[ca]
basicConstraints = critical, CA:TRUE
keyUsage = critical, keyCertSign
subjectKeyIdentifier = hash
[server]
basicConstraints = CA:FALSE
subjectAltName = DNS:localhost, IP:127.0.0.1
extendedKeyUsage = serverAuth
CNF
  key=(-newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -config tls.cnf)
  openssl req -x509 "${key[@]}" -extensions ca -subj '/CN=Test authority' -days 2 -keyout ca.key -out ca.pem
  openssl req "${key[@]}" -subj /CN=localhost -keyout server.key -out server.csr
  openssl x509 -req -in server.csr -CA ca.pem -CAkey ca.key -CAcreateserial -days 2 \
    -extfile tls.cnf -extensions server -out server.pem
)

# Texts are sorted as a language does, like on most servers: SQL that needs the order of bytes has to say so.
make_cluster() (
  set -e
  collation=()
  if "$postgres_bin/initdb" --help | grep -q icu-locale; then collation=(--locale-provider=icu --icu-locale=en-US); fi
  as_postgres "$postgres_bin/initdb" -D data -U postgres -A trust -E UTF8 --locale=C.UTF-8 "${collation[@]}" --no-sync
  cat >>"$postgres_folder/data/postgresql.conf" <<'CONF'
listen_addresses = '127.0.0.1'
unix_socket_directories = ''
max_connections = 300
fsync = off
synchronous_commit = off
full_page_writes = off
ssl = on
ssl_cert_file = '../server.pem'
ssl_key_file = '../server.key'
CONF
)
