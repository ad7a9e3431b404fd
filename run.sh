#!/usr/bin/env bash
# Installs what Aion needs, builds it, and shows it at work: two real Prometheus servers that scrape the same targets, a
# sidecar beside each, and one query view over both and over the history they upload. Ctrl-C stops everything; running
# it again goes on with the data it has.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")"
AION_ROOT="$PWD"
. tools/packages.sh
. tools/demo.sh
mkdir -p build

echo "== Installing packages"
# shellcheck disable=SC2086
install_packages $AION_BUILD_PACKAGES
install_node
# shellcheck disable=SC2086
unpack_packages $AION_DEMO_UNPACKED

echo "== Building build/release/aion"
build_preset release aion

echo "== Starting the demo"
demo_start
demo_show
demo_supervise
