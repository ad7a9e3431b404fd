#!/usr/bin/env bash
# Builds and runs the tests of the rooms that decode untrusted bytes under ASan and UBSan, and of those that share
# memory between threads under TSan.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
AION_ROOT="$PWD"
. tools/packages.sh

DECODING="base_test model_test config_test chunk_test tsdb_index_test tsdb_block_test series_test wire_test promql_parse_test
  promql_func_test promql_plan_test blocks_test store_bucket_test store_rpc_test promclient_test fleet_test"
SHARING="runtime_test store_proxy_test query_test telemetry_test"

# run_tests PRESET TEST…: fuzz targets count as tests of the rooms that decode.
run_tests() {
  local preset="$1" test
  shift
  build_preset "$preset" "$@"
  for test in "$@"; do
    if [[ "$test" == *_fuzz ]]; then
      "build/$preset/tests/$test" "test/corpus/$test" >/dev/null || { echo "$preset: $test failed"; return 1; }
    else
      "build/$preset/tests/$test" --gtest_brief=1 || { echo "$preset: $test failed"; return 1; }
    fi
  done
}

# Instrumented frames are large, and some tests nest expressions as deep as the parser allows.
ulimit -s 65536 2>/dev/null || true

FUZZ="$(cd test/corpus && ls -d ./*_fuzz | sed 's|^\./||')"
# shellcheck disable=SC2086
run_tests asan-ubsan $DECODING $FUZZ
# shellcheck disable=SC2086
run_tests tsan $SHARING
