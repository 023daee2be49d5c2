#!/bin/sh
# Writes the root file system of a Debian release as a tar archive to standard output: what stands in for the image
# debian:SUITE-slim on machines that can reach Debian's packages and no image registry. Runs as root.
#
#     debian.sh SUITE MIRROR SECURITY
#
# MIRROR and SECURITY are the addresses of a Debian mirror and its security archive. Valid-Until is not checked, so that
# a snapshot of a mirror serves as well; signatures are.
set -eu
suite=$1 mirror=$2 security=$3
case $suite in
    # The security index of a release that has left security support names packages that are gone.
    bullseye) set -- "deb $mirror $suite main" ;;
    *) set -- "deb $mirror $suite main" "deb $security $suite-security main" ;;
esac
exec mmdebstrap --quiet --variant=minbase --mode=root --include=ca-certificates \
    --aptopt='Acquire::Check-Valid-Until "false"' --aptopt='APT::Install-Recommends "false"' \
    --dpkgopt='path-exclude=/usr/share/man/*' --dpkgopt='path-exclude=/usr/share/doc/*' \
    --dpkgopt='path-exclude=/usr/share/locale/*' \
    "$suite" - "$@"
