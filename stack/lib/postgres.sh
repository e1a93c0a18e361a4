# A private Postgres cluster that only user $DB_USER can log in to, over loopback with a password.

postgres_programs=/usr/lib/postgresql/$POSTGRES_VERSION/bin
postgres_data=$RUN/postgres/data

# Postgres refuses to run as root. As another user it could not reach a data directory below a home that only root may
# enter (/root), so it never looks one up: its programs are started inside the directory and told that it is
# /proc/self/cwd, which needs no permission on the directories above.
in_postgres_data() (
    cd "$postgres_data" || exit
    "$@"
)

unprivileged=()
[ "$(id -u)" != 0 ] || unprivileged=(setpriv --reuid=postgres --regid=postgres --clear-groups)

start_postgres() {
    [ -e "$RUN/postgres/made" ] || make_postgres_cluster
    in_postgres_data launch postgres "${unprivileged[@]}" "$postgres_programs/postgres" -D /proc/self/cwd \
        -c listen_addresses=127.0.0.1 -c port="$POSTGRES_PORT" -c unix_socket_directories= \
        -c shared_buffers="${POSTGRES_SHARED_BUFFERS:-64MB}" -c max_connections=200 \
        -c fsync="$DURABILITY" -c synchronous_commit="${POSTGRES_COMMIT:-$DURABILITY}" -c full_page_writes="$DURABILITY"
}

make_postgres_cluster() {
    rm -rf "$RUN/postgres"
    mkdir -p "$postgres_data"
    [ "$(id -u)" != 0 ] || chown postgres:postgres "$postgres_data"
    quietly "$RUN/log/postgres-initdb.log" in_postgres_data "${unprivileged[@]}" "$postgres_programs/initdb" \
        -D /proc/self/cwd --username=postgres --auth=reject --encoding=UTF8 \
        --locale-provider=builtin --builtin-locale=C.UTF-8 --locale=C --lc-ctype=C.UTF-8 || fail 'initdb failed'
    quietly "$RUN/log/postgres-role.log" in_postgres_data make_postgres_role || fail 'the database could not be made'
    echo "host all $DB_USER 127.0.0.1/32 scram-sha-256" >"$postgres_data/pg_hba.conf"
    touch "$RUN/postgres/made"
}

# In single-user mode the superuser needs no password and gets none; the statements come by standard input, so that the
# role's password is in no argument list. CREATEDB: each test makes a database of its own.
make_postgres_role() {
    printf '%s\n' "CREATE ROLE $DB_USER LOGIN CREATEDB PASSWORD '$DB_PASSWORD'" \
        "CREATE DATABASE $DB_NAME OWNER $DB_USER" |
        "${unprivileged[@]}" "$postgres_programs/postgres" --single -D /proc/self/cwd postgres
}
