#!/usr/bin/env bash
# clang-format on every source, clang-tidy on the sources that changed since the last commit of origin/main (or in the
# last commit). Needs build/tidy only for its compile commands.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

git ls-files '*.h' '*.cc' | xargs -r clang-format-19 --dry-run --Werror

base="$(git merge-base HEAD origin/main 2>/dev/null || true)"
if [ -z "$base" ] || [ "$base" = "$(git rev-parse HEAD)" ]; then base="$(git rev-parse HEAD~1 2>/dev/null || true)"; fi
changed=""
[ -n "$base" ] && changed="$(git diff --name-only --diff-filter=d "$base" -- 'src/*.cc' | head -n "${AION_TIDY_FILES_MAX:-12}")"
[ -z "$changed" ] && { echo "no changed sources"; exit 0; }
cmake --preset tidy >build/tidy.configure.log 2>&1 || { tail -n 40 build/tidy.configure.log; exit 1; }
# shellcheck disable=SC2086
clang-tidy-19 -p build/tidy --quiet $changed
