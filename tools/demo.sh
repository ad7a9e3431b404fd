# The demo that run.sh shows: processes, their configuration, and their supervision. Sourced.
#
#   prometheus a ── sidecar a ─┐ upload ┌─► data/demo/bucket ─► store ─┐
#   prometheus b ── sidecar b ─┴────────┘                              ├─► query ─► http
#        └─ live data through the sidecars ────────────────────────────┘
#
# Everything listens on 127.0.0.1, at ports that are free and kept from run to run.

DEMO="$AION_ROOT/data/demo"
AION="$AION_ROOT/build/release/aion"
PROMETHEUS="$AION_ROOT/.cache/debian/prometheus/usr/bin/prometheus"
NODE_EXPORTER="$AION_ROOT/.cache/debian/prometheus-node-exporter/usr/bin/prometheus-node-exporter"
declare -A DEMO_PORT DEMO_PID DEMO_COMMAND
DEMO_NAMES=(node-exporter prometheus-a prometheus-b sidecar-a sidecar-b aion)

port_taken() { (exec 3<>"/dev/tcp/127.0.0.1/$1") 2>/dev/null; }

# choose_port NAME DEFAULT: the port of the last run when it is free, else the next free one.
choose_port() {
  local name="$1" port="$2" saved="$DEMO/ports/$1"
  [ -f "$saved" ] && port="$(cat "$saved")"
  while port_taken "$port" || [[ " ${DEMO_PORT[*]:-} " == *" $port "* ]]; do port=$((port + 1)); done
  echo "$port" >"$saved"
  DEMO_PORT[$name]="$port"
}

demo_configure() {
  mkdir -p "$DEMO"/{ports,logs,bucket,prometheus-a,prometheus-b,store}
  choose_port node-exporter 19100
  choose_port prometheus-a 19090
  choose_port prometheus-b 19091
  choose_port sidecar-a-http 19191
  choose_port sidecar-a-grpc 19291
  choose_port sidecar-b-http 19192
  choose_port sidecar-b-grpc 19292
  choose_port aion-http 10902
  choose_port aion-grpc 10901
  printf 'type: FILESYSTEM\nconfig:\n  directory: "%s"\n' "$DEMO/bucket" >"$DEMO/objstore.yml"

  local replica
  for replica in a b; do
    cat >"$DEMO/prometheus-$replica.yml" <<YAML
global:
  scrape_interval: 5s
  external_labels: {cluster: demo, replica: $replica}
scrape_configs:
  - job_name: prometheus
    static_configs:
      - targets: ["127.0.0.1:${DEMO_PORT[prometheus-a]}", "127.0.0.1:${DEMO_PORT[prometheus-b]}"]
  - job_name: node
    static_configs:
      - targets: ["127.0.0.1:${DEMO_PORT[node-exporter]}"]
  - job_name: aion
    static_configs:
      - targets: ["127.0.0.1:${DEMO_PORT[aion-http]}"]
YAML
    # Blocks of two minutes, so that history reaches the bucket while one watches. Two hours are what one runs.
    DEMO_COMMAND[prometheus-$replica]="$PROMETHEUS --config.file=$DEMO/prometheus-$replica.yml
      --storage.tsdb.path=$DEMO/prometheus-$replica --storage.tsdb.min-block-duration=2m
      --storage.tsdb.max-block-duration=2m --storage.tsdb.retention.time=1h --web.enable-lifecycle
      --web.listen-address=127.0.0.1:${DEMO_PORT[prometheus-$replica]} --log.level=warn"
    DEMO_COMMAND[sidecar-$replica]="$AION sidecar --prometheus.url=http://127.0.0.1:${DEMO_PORT[prometheus-$replica]}
      --tsdb.path=$DEMO/prometheus-$replica --objstore.config-file=$DEMO/objstore.yml
      --http-address=127.0.0.1:${DEMO_PORT[sidecar-$replica-http]} --grpc-address=127.0.0.1:${DEMO_PORT[sidecar-$replica-grpc]}
      --prometheus.get_config_interval=5s --http-grace-period=1s --grpc-grace-period=1s"
  done
  DEMO_COMMAND[node-exporter]="$NODE_EXPORTER --web.listen-address=127.0.0.1:${DEMO_PORT[node-exporter]} --log.level=warn"
  DEMO_COMMAND[aion]="$AION all --objstore.config-file=$DEMO/objstore.yml --data-dir=$DEMO/store --sync-block-duration=15s
    --endpoint=127.0.0.1:${DEMO_PORT[sidecar-a-grpc]} --endpoint=127.0.0.1:${DEMO_PORT[sidecar-b-grpc]}
    --query.replica-label=replica --http-address=127.0.0.1:${DEMO_PORT[aion-http]}
    --grpc-address=127.0.0.1:${DEMO_PORT[aion-grpc]} --http-grace-period=1s --grpc-grace-period=1s"
}

start_process() {
  # shellcheck disable=SC2086
  ${DEMO_COMMAND[$1]} >>"$DEMO/logs/$1.log" 2>&1 &
  DEMO_PID[$1]=$!
}

demo_stop() {
  trap - EXIT INT TERM
  echo
  echo "Stopping."
  local name
  for name in aion sidecar-a sidecar-b prometheus-a prometheus-b node-exporter; do
    [ -n "${DEMO_PID[$name]:-}" ] && kill "${DEMO_PID[$name]}" 2>/dev/null
  done
  wait 2>/dev/null
  exit 0
}

demo_start() {
  demo_configure
  trap demo_stop EXIT INT TERM
  local name
  for name in "${DEMO_NAMES[@]}"; do
    start_process "$name"
    echo "started $name (pid ${DEMO_PID[$name]}, log $DEMO/logs/$name.log)"
  done
}

demo_url() { echo "http://127.0.0.1:${DEMO_PORT[aion-http]}"; }

# demo_query EXPRESSION [PARAMETER=VALUE…]: the answer's result as JSON, or nothing.
demo_query() {
  local expression="$1"
  shift
  local arguments=(--data-urlencode "query=$expression")
  local parameter
  for parameter in "$@"; do arguments+=(--data-urlencode "$parameter"); done
  curl -sfG --max-time 10 "${arguments[@]}" "$(demo_url)/api/v1/query" | jq -c '.data.result'
}

# wait_until SECONDS TEXT COMMAND…: runs the command each second until it succeeds; reports what ended meanwhile.
wait_until() {
  local seconds="$1" text="$2" second
  shift 2
  echo "waiting for $text"
  for ((second = 0; second < seconds; ++second)); do
    "$@" >/dev/null 2>&1 && return 0
    restart_ended
    sleep 1
  done
  echo "still waiting for $text after $seconds s; see $DEMO/logs" >&2
  return 1
}

both_replicas_seen() { [ "$(demo_query 'count(up{replica=~"a|b"})' dedup=false | jq -r '.[0].value[1]')" = 8 ]; }
bucket_has_blocks() { compgen -G "$DEMO/bucket/*/meta.json" >/dev/null; }
store_has_blocks() {
  curl -sf "$(demo_url)/api/v1/stores" | jq -e '[.data.store[]? | select((.labelSets | length) > 0)] | length > 0'
}

demo_show() {
  wait_until 120 "both Prometheus servers in the query view" both_replicas_seen || true
  echo
  echo "Query view:  $(demo_url)/graph?g0.expr=count%20by%20(cluster)%20(up)&g0.tab=1"
  echo "  count by (cluster) (up)               $(demo_query 'count by (cluster) (up)')"
  echo "  the same without deduplication        $(demo_query 'count by (cluster) (up)' dedup=false)"
  echo
  wait_until 480 "the first blocks in the bucket (Prometheus cuts them after about four minutes)" bucket_has_blocks || true
  wait_until 120 "the store gateway to serve them" store_has_blocks || true
  echo
  echo "The bucket $DEMO/bucket holds $(ls "$DEMO/bucket" | wc -l) blocks; the answer now comes from them and from the sidecars:"
  echo "  curl -G '$(demo_url)/api/v1/query' --data-urlencode 'query=count_over_time(up{job=\"node\"}[1h])'"
  echo "  $(demo_query 'count_over_time(up{job="node"}[1h])')"
  echo
  echo "Open $(demo_url)/graph — Ctrl-C stops everything."
}

# Starts again what ended by itself.
restart_ended() {
  local name
  for name in "${DEMO_NAMES[@]}"; do
    kill -0 "${DEMO_PID[$name]}" 2>/dev/null && continue
    echo "$name ended; starting it again (log $DEMO/logs/$name.log)"
    start_process "$name"
  done
}

demo_supervise() {
  while true; do
    restart_ended
    sleep 1 &
    wait $! || true
  done
}
