#!/bin/sh
# What a careful operator's script does by hand, with the same steps and the same proofs: checkpoint, fence, refused write,
# replay, promotion, write, clients turned, write through them.
# failover.sh FENCE DATA OLD NEW FILE, with PG_BIN, PGPASSWORD of the application, THROUGH: the port of the proxy
set -eu
fence=$1 data=$2 old=$3 new=$4 file=$5

admin() { "$PG_BIN/psql" -qAtX -h 127.0.0.1 -p "$1" -U operator -d shop -c "$2"; }
write() {
  "$PG_BIN/psql" -qAtX -v ON_ERROR_STOP=1 -h 127.0.0.1 -p "$1" -U shop -d shop \
    -c 'BEGIN READ WRITE' -c 'CREATE TEMPORARY TABLE proof (taken boolean) ON COMMIT DROP' -c 'COMMIT' 2>/dev/null
}

admin "$old" CHECKPOINT
written=$(admin "$old" 'SELECT pg_current_wal_lsn()')
"$fence" fence "$data" "$old"
"$fence" status "$data" "$old"
if write "$old"; then echo "$old still takes writes" >&2; exit 1; fi
until [ "$(admin "$new" "SELECT pg_last_wal_replay_lsn() >= '$written' AND pg_last_wal_replay_lsn() = pg_last_wal_receive_lsn()")" = t ]; do sleep 0.05; done
admin "$new" CHECKPOINT
[ "$(admin "$new" 'SELECT checkpoint_lsn = redo_lsn FROM pg_control_checkpoint()')" = t ]
began=$(date +%s%N)
[ "$(admin "$new" 'SELECT pg_promote(true, 30)')" = t ]
echo "promoted in $(( $(date +%s%N) - began )) ns"
[ "$(admin "$new" 'SELECT pg_is_in_recovery()')" = f ]
write "$new"
sed "s/:$old check/:$new check/" "$file" > "$file.new"
mv "$file.new" "$file"
cp "$file" "$file.live"
write "$THROUGH"
