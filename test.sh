#!/usr/bin/env bash
# Installs what the tests need, builds, and runs everything: lint on changed files, sanitizers on the rooms that decode
# or share memory, then the release build with all tests. The last lines are ctest's.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")"
AION_ROOT="$PWD"
. tools/packages.sh
mkdir -p build

echo "== Installing packages"
# shellcheck disable=SC2086
install_packages $AION_BUILD_PACKAGES $AION_TEST_PACKAGES
install_node
# shellcheck disable=SC2086
unpack_packages $AION_DEMO_UNPACKED

echo "== Building the release preset"
build_preset release all

echo "== Sanitizers"
tools/sanitize.sh

echo "== Lint"
tools/lint.sh

echo "== Tests"
ctest --test-dir build/release --output-on-failure -j "$(nproc)"
