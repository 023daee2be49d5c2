# Read by the build of this directory's Dockerfile: where docker/lab/supply has brought supplies, pip and npm use them and
# nothing else.
if [ -d docker/lab/supplies ]; then
    export PIP_NO_INDEX=1 PIP_FIND_LINKS="$PWD/docker/lab/supplies"
    export npm_config_offline=true npm_config_cache="$PWD/docker/lab/supplies/npm"
fi

# Runs a command that fetches; when it fails, says what to do.
fetch() {
    "$@" && return
    if [ -d docker/lab/supplies ]; then
        echo "This build fetches from docker/lab/supplies alone. Bring them anew (docker/lab/supply), or delete them." >&2
    else
        echo "This build cannot reach a package index, or does not trust it. docker/lab/supply, on a machine that can," >&2
        echo "brings what it needs; docs/docker.md tells more." >&2
    fi
    return 1
}
