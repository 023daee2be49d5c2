# Read by the build of this directory's Dockerfile: where docker/lab/supply has brought supplies, pip and npm use them and
# nothing else.
if [ -d docker/lab/supplies ]; then
    export PIP_NO_INDEX=1 PIP_FIND_LINKS="$PWD/docker/lab/supplies"
    export npm_config_offline=true npm_config_cache="$PWD/docker/lab/supplies/npm"
fi
