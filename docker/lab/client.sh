#!/bin/sh
# use SCENARIO: the names of the lab's servers lead to those of this scenario, for as long as this container lives. Needed only
# where servers of several scenarios are up: Docker gives the same names to all of them.
#
#     use untrusted-ca.forced
#
# The image begins with `use --then COMMAND...`: SCENARIO of the environment is used, if there is one, then the command started.
set -u
: "${HTTPS_NAMES:=}" "${SQLSERVER_NAMES:=}" "${PROJECT:=}"

# The addresses of a name, a line each.
addresses() { getent ahostsv4 "$1" | awk '!seen[$1]++ { print $1 }'; }

use() {
    found=''
    lines=''
    for kind in https sqlserver; do
        case $kind in https) names=$HTTPS_NAMES ;; sqlserver) names=$SQLSERVER_NAMES ;; esac
        address=$(addresses "$1-$kind" | head -n 1)
        [ -n "$address" ] || continue
        found=1
        lines="$lines$address $names
"
    done
    if [ -z "$found" ]; then
        echo "use: no server of $1 is up. Start it: docker compose --profile $1 up -d" >&2
        return 1
    fi
    # Docker lends /etc/hosts to the container: it can be written, not replaced.
    kept=$(grep -v '\.lab\.test' /etc/hosts)
    printf '%s\n%s' "$kept" "$lines" >/etc/hosts
}

# Says so when a name leads to several servers.
warn() {
    for name in ${HTTPS_NAMES%% *} ${SQLSERVER_NAMES%% *}; do
        if [ "$(addresses "$name" | wc -l)" -gt 1 ]; then
            echo "client: several servers are called $name:" >&2
            for address in $(addresses "$name"); do
                # The name of the container is PROJECT-SCENARIO-KIND-NUMBER, with the network's behind a dot.
                getent hosts "$address" | awk '{ print $2 }' |
                    sed -E "s/^$PROJECT-//; s/-(https|sqlserver)(-address)?-[0-9]+\..*//; s/^/client:     use /" >&2
            done
            echo "client: choose one of them, here or with docker compose run -e SCENARIO=... client" >&2
        fi
    done
}

if [ "${1:-}" != --then ]; then
    [ $# = 1 ] || { echo "use: use SCENARIO, for example: use expired" >&2; exit 2; }
    use "$1"
    exit
fi
shift
if [ -n "${SCENARIO:-}" ]; then use "$SCENARIO" || exit; else warn; fi
exec "$@"
