#!/bin/sh
# The fence of the suites: fence.sh VERB DATA PORT [PORT OF THE NEW PRIMARY]. It stops a server and shuts its door to everybody but Tocsin and an operator, so
# that whoever starts it again finds the door shut. Each verb may be run twice.
set -eu
verb=$1 data=$2 port=$3

as_owner() {
  if [ "$(id -u)" = 0 ]; then runuser -u "$(stat -c %U "$data")" -- "$@"; else "$@"; fi
}
running() { as_owner "$PG_BIN/pg_ctl" -D "$data" status >/dev/null 2>&1; }

case $verb in
  fence)
    if [ ! -e "$data/pg_hba.open" ]; then cp -p "$data/pg_hba.conf" "$data/pg_hba.open"; fi
    echo 'host all tocsin,operator 127.0.0.1/32 trust' > "$data/pg_hba.conf"
    # A suite may hold it half-way: as long as this file is there.
    while [ -e "${HOLD:-/nowhere}" ]; do sleep 0.05; done
    if running; then as_owner "$PG_BIN/pg_ctl" -D "$data" -m "${STOP:-fast}" -w stop >/dev/null; fi
    ;;
  undo)
    if [ -e "$data/pg_hba.open" ]; then mv "$data/pg_hba.open" "$data/pg_hba.conf"; fi
    if running; then as_owner "$PG_BIN/pg_ctl" -D "$data" reload >/dev/null
    else as_owner "$PG_BIN/pg_ctl" -D "$data" -l "$data/log" -w -o "-p $port" start >/dev/null; fi
    ;;
  rejoin)
    new=$4
    cp -p "$data/postgresql.conf" "$data.own.conf"
    if running; then as_owner "$PG_BIN/pg_ctl" -D "$data" -m fast -w stop >/dev/null; fi
    rm -f "$data/postmaster.pid"
    as_owner "$PG_BIN/pg_rewind" -D "$data" --source-server="host=127.0.0.1 port=$new user=operator dbname=postgres" >&2
    cp -p "$data.own.conf" "$data/postgresql.conf"
    echo "primary_conninfo = 'host=127.0.0.1 port=$new user=replicator'" >> "$data/postgresql.auto.conf"
    as_owner touch "$data/standby.signal"
    if [ -e "$data/pg_hba.open" ]; then mv "$data/pg_hba.open" "$data/pg_hba.conf"; fi
    as_owner "$PG_BIN/pg_ctl" -D "$data" -l "$data/log" -w start >/dev/null || { tail -n 3 "$data/log" >&2; exit 1; }
    ;;
  status) [ -e "$data/pg_hba.open" ] ;;
esac
