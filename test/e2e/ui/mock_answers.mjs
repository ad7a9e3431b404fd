// The made-up data behind mock.mjs. Every function returns the `data` of one API path.

const kInstances = ['10.0.0.1:9100', '10.0.0.2:9100', '10.0.0.3:9100', '10.0.1.1:9100', '10.0.1.2:9100', '10.0.1.3:9100'];
const kNow = () => Date.now() / 1000;

function upMetric(i) {
  return { __name__: 'up', cluster: i < 3 ? 'eu1' : 'us1', instance: kInstances[i], job: 'node' };
}

const kHistogram = {
  count: '160', sum: '62.5',
  buckets: [[0, '0.0625', '0.125', '12'], [0, '0.125', '0.25', '55'], [0, '0.25', '0.5', '70'], [0, '0.5', '1', '23']],
};

const kLabelled = {
  http: ['/api/v1/query', '/api/v1/query_range', '/api/v1/labels', '/api/v1/series', '/metrics', '/-/healthy'].flatMap((handler) =>
    ['200', '500'].map((code) => ({ handler, code, job: 'aion-query', instance: 'query-0:10902' }))),
};

// Series of an expression: labels and a value at a time. Anything not known has six smooth series.
function seriesOf(query) {
  if (/histogram_native/.test(query)) {
    return kInstances.slice(0, 2).map((instance) => ({ metric: { __name__: 'histogram_native', instance }, histogram: kHistogram }));
  }
  if (/nothing/.test(query)) return [];
  if (/^up\b/.test(query)) return kInstances.map((_, i) => ({ metric: upMetric(i), at: (t) => (i === 4 && Math.sin(t / 900) > 0.6 ? 0 : 1) }));
  if (/rate\(/.test(query)) {
    return kLabelled.http.map((metric, i) => ({
      metric,
      at: (t) => Math.max(0, (40 / (i + 1)) * (1.4 + Math.sin(t / 1700 + i) + 0.35 * Math.sin(t / 211 + i * 3) + 0.15 * Math.sin(t / 37 * (i + 1)))),
    }));
  }
  if (/many/.test(query)) {
    return Array.from({ length: 1200 }, (_, i) => ({ metric: { __name__: 'many', id: String(i) }, at: (t) => Math.sin(t / 2000 + i / 100) * i }));
  }
  return kInstances.map((instance, i) => ({
    metric: { __name__: 'node_memory_MemAvailable_bytes', cluster: i < 3 ? 'eu1' : 'us1', instance, job: 'node' },
    at: (t) => 6.2e9 + i * 1.3e9 + 9e8 * Math.sin(t / 3000 + i) + 1.4e8 * Math.sin(t / 130 + i * 2),
  }));
}

const kRound = (value) => String(Number(value.toPrecision(8)));

const kAnalysis = {
  name: '[coalesce]', executionTime: '12.4ms', totalSamples: 18240, peakSamples: 960,
  children: [0, 1].map((i) => ({
    name: `[matrixSelector] rate({[__name__="http_requests_total"]}[5m0s] ${i} mod 2)`, executionTime: `${6 + i}.1ms`, totalSamples: 9120, peakSamples: 480,
    fanout: [{ endpointAddr: `10.2.0.${i + 1}:10901`, duration: '4.2ms', bytesProcessed: 48_211, numResponses: 1, series: 12, chunks: 24, samples: 4560 }],
  })),
};

const kPlan = { name: '[coalesce]', children: [{ name: '[concurrent(buff=2)]', children: [{ name: '[matrixSelector] rate(http_requests_total[5m])' }] }] };

function failure(query) {
  const open = [...query].reduce((depth, c) => depth + (c === '(') - (c === ')'), 0);
  if (open !== 0) return { code: 400, body: { status: 'error', errorType: 'bad_data', error: '1:5: parse error: unclosed left parenthesis' } };
  return null;
}

function wrap(form, data) {
  const query = form.get('query') ?? '';
  const body = { status: 'success', data: { ...data, analysis: form.get('analyze') === 'true' ? kAnalysis : {} } };
  if (/warn/.test(query)) {
    body.warnings = [
      'fetch series for {cluster="us1"} Addr: 10.2.0.4:10901 LabelSets: {cluster="us1"} MinTime: 0 MaxTime: 9223372036854775807: rpc error: code = Unavailable desc = connection refused',
      'receive series from Addr: 10.2.0.5:10901: context deadline exceeded',
    ];
  }
  if (/^rate\(mem/.test(query)) body.infos = ['PromQL info: metric might not be a counter, name does not end in _total/_sum/_count/_bucket: "mem" (1:6)'];
  return { body, delayMs: /slow/.test(query) ? 5000 : 15 };
}

function query(form) {
  const expr = form.get('query');
  const at = Number(form.get('time') ?? kNow());
  if (failure(expr)) return failure(expr);
  if (/^(time\(\)|\d+)$/.test(expr)) return wrap(form, { resultType: 'scalar', result: [at, expr === 'time()' ? String(at) : expr] });
  if (/\]$/.test(expr)) {
    const result = kInstances.slice(0, 3).map((_, i) => ({ metric: upMetric(i), values: [45, 30, 15, 0].map((ago) => [at - ago, '1']) }));
    return wrap(form, { resultType: 'matrix', result });
  }
  const result = seriesOf(expr).map(({ metric, at: value, histogram }) =>
    histogram ? { metric, histogram: [at, histogram] } : { metric, value: [at, kRound(value(at))] });
  return wrap(form, { resultType: 'vector', result });
}

function queryRange(form) {
  const expr = form.get('query');
  const [start, end, step] = ['start', 'end', 'step'].map((name) => Number(form.get(name)));
  if (failure(expr)) return failure(expr);
  if ((end - start) / step > 11000) {
    return { code: 400, body: { status: 'error', errorType: 'bad_data', error: 'exceeded maximum resolution of 11,000 points per timeseries. Try decreasing the query resolution (?step=XX)' } };
  }
  const times = Array.from({ length: Math.floor((end - start) / step) + 1 }, (_, i) => Math.round((start + i * step) * 1000) / 1000);
  const gap = (t) => /gap/.test(expr) && t - start > (end - start) * 0.4 && t - start < (end - start) * 0.55;
  const result = seriesOf(expr).map(({ metric, at: value, histogram }) =>
    histogram ? { metric, histograms: times.map((t) => [t, histogram]) } : { metric, values: times.filter((t) => !gap(t)).map((t) => [t, kRound(value(t))]) });
  return wrap(form, { resultType: 'matrix', result });
}

const kHour = 3_600_000;

function stores() {
  const check = new Date(Date.now() - 2300).toISOString();
  const now = Date.now();
  return {
    query: [],
    receive: [
      { name: '10.3.0.1:10901', lastCheck: check, lastError: null, minTime: now - 6 * kHour, maxTime: 9223372036854775807,
        labelSets: ['team-a', 'team-b', 'team-c', 'team-d', 'team-e'].map((tenant_id) => ({ receive: 'true', replica: 'receive-0', tenant_id })) },
    ],
    sidecar: [
      { name: '10.2.0.1:10901', lastCheck: check, lastError: null, labelSets: [{ cluster: 'eu1', prometheus: 'monitoring/k8s', replica: 'prometheus-0' }], minTime: now - 50 * kHour, maxTime: 9223372036854775807 },
      { name: '10.2.0.2:10901', lastCheck: check, lastError: null, labelSets: [{ cluster: 'eu1', prometheus: 'monitoring/k8s', replica: 'prometheus-1' }], minTime: now - 50 * kHour, maxTime: 9223372036854775807 },
      { name: '10.2.0.4:10901', lastCheck: check, lastError: 'rpc error: code = Unavailable desc = connection error: desc = "transport: Error while dialing: dial tcp 10.2.0.4:10901: connect: connection refused"',
        labelSets: [{ cluster: 'us1', prometheus: 'monitoring/k8s', replica: 'prometheus-0' }], minTime: -62167219200000, maxTime: 9223372036854775807 },
    ],
    store: [
      { name: 'store-gateway-0.store:10901', lastCheck: check, lastError: null, labelSets: [{ cluster: 'eu1' }, { cluster: 'us1' }], minTime: now - 400 * 24 * kHour, maxTime: now - 2 * kHour },
    ],
  };
}

function ruleGroups() {
  const at = new Date(Date.now() - 12_400).toISOString();
  const since = new Date(Date.now() - 1_240_000).toISOString();
  return [
    { name: 'node', file: '/etc/rules/node.yaml', interval: 30, limit: 0, evaluationTime: 0.0031, lastEvaluation: at, partialResponseStrategy: 'ABORT', rules: [
      { type: 'alerting', name: 'NodeDown', query: 'up{job="node"} == 0', duration: 300, keepFiringFor: 0, health: 'ok', state: 'firing', evaluationTime: 0.0011, lastEvaluation: at,
        labels: { severity: 'critical' }, annotations: { summary: 'A node cannot be scraped', runbook: 'https://runbooks.example/node-down' },
        alerts: [{ labels: { alertname: 'NodeDown', cluster: 'us1', instance: '10.0.1.2:9100', job: 'node', severity: 'critical' }, annotations: {}, state: 'firing', activeAt: since, value: '0e+00' }] },
      { type: 'alerting', name: 'NodeMemoryLow', query: 'node_memory_MemAvailable_bytes / node_memory_MemTotal_bytes < 0.05', duration: 600, keepFiringFor: 120, health: 'ok', state: 'inactive', evaluationTime: 0.0007, lastEvaluation: at, labels: { severity: 'warning' }, annotations: {}, alerts: [] },
      { type: 'recording', name: 'instance:node_cpu:rate5m', query: 'sum by (instance, cluster) (rate(node_cpu_seconds_total{mode!="idle"}[5m]))', health: 'ok', evaluationTime: 0.0009, lastEvaluation: at, labels: {} },
    ] },
    { name: 'slo', file: '/etc/rules/slo.yaml', interval: 60, limit: 0, evaluationTime: 0.19, lastEvaluation: at, partialResponseStrategy: 'WARN', rules: [
      { type: 'recording', name: 'job:request_errors:ratio_rate1h', query: 'sum by (job) (rate(http_requests_total{code=~"5.."}[1h]))\n  / sum by (job) (rate(http_requests_total[1h]))', health: 'err', lastError: 'found duplicate series for the match group {job="api"} on the right hand-side of the operation', evaluationTime: 0.12, lastEvaluation: at, labels: { team: 'platform' } },
      { type: 'alerting', name: 'ErrorBudgetBurn', query: 'job:request_errors:ratio_rate1h > 0.02', duration: 120, keepFiringFor: 0, health: 'ok', state: 'pending', evaluationTime: 0.002, lastEvaluation: at, labels: { severity: 'warning' }, annotations: { summary: 'The error budget burns too fast' },
        alerts: [{ labels: { alertname: 'ErrorBudgetBurn', job: 'api' }, annotations: {}, state: 'pending', activeAt: at, value: '2.31e-02' }] },
    ] },
  ];
}

function rules(form) {
  const wanted = { alert: 'alerting', record: 'recording' }[form.get('type')];
  const groups = ruleGroups().map((group) => ({ ...group, rules: group.rules.filter((rule) => !wanted || rule.type === wanted) }));
  return { groups: groups.filter((group) => group.rules.length > 0) };
}

function targets() {
  const at = new Date(Date.now() - 7_000).toISOString();
  return {
    activeTargets: kInstances.map((instance, i) => ({
      discoveredLabels: { __address__: instance, __metrics_path__: '/metrics', __scheme__: 'http', job: 'node' },
      labels: { cluster: i < 3 ? 'eu1' : 'us1', instance, job: 'node', prometheus: 'monitoring/k8s' },
      scrapePool: i === 0 ? 'apiserver' : 'node', scrapeUrl: `http://${instance}/metrics`, globalUrl: `http://${instance}/metrics`,
      lastError: i === 4 ? 'Get "http://10.0.1.2:9100/metrics": dial tcp 10.0.1.2:9100: connect: connection refused' : '',
      lastScrape: at, lastScrapeDuration: 0.0123 + i * 0.004, health: i === 4 ? 'down' : 'up',
    })),
    droppedTargets: [{ discoveredLabels: { __address__: '10.9.9.9:1' } }],
  };
}

function blocks() {
  const now = Math.floor(Date.now() / (2 * kHour)) * 2 * kHour;
  const kAlphabet = '0123456789ABCDEFGHJKMNPQRSTVWXYZ';
  const ulid = (i) => '01KAX' + Array.from({ length: 21 }, (_, k) => kAlphabet[(i * 31 + k * k * 7 + k) % 32]).join('');
  const block = (i, from, hours, level, resolution, cluster) => ({
    ulid: ulid(i), version: 1, minTime: from, maxTime: from + hours * kHour,
    stats: { numSamples: hours * 1_440_000, numSeries: 12_000 + i * 13, numChunks: hours * 12_000 }, compaction: { level, sources: [ulid(i)] },
    thanos: { labels: { cluster, replica: 'a' }, downsample: { resolution }, source: level === 1 ? 'sidecar' : 'compactor',
      files: [{ rel_path: 'chunks/000001', size_bytes: hours * 1_900_000 }, { rel_path: 'index', size_bytes: hours * 210_000 }, { rel_path: 'meta.json' }] },
  });
  const list = [];
  for (const [c, cluster] of ['eu1', 'us1'].entries()) {
    for (let k = 1; k <= 4; k++) list.push(block(c * 40 + k, now - k * 2 * kHour, 2, 1, 0, cluster));
    for (let k = 1; k <= 3; k++) list.push(block(c * 40 + 10 + k, now - 8 * kHour - k * 48 * kHour, 48, 3, 0, cluster));
    for (let k = 1; k <= 2; k++) list.push(block(c * 40 + 20 + k, now - 8 * kHour - k * 144 * kHour, 144, 4, 300_000, cluster));
    list.push(block(c * 40 + 30, now - 600 * kHour, 336, 4, 3_600_000, cluster));
  }
  return { label: 'monitor', blocks: list, refreshedAt: new Date(Date.now() - 93_000).toISOString(), err: null };
}

const kMetadata = {
  up: [{ type: 'gauge', help: 'Whether the last scrape of the target succeeded.', unit: '' }],
  node_memory_MemAvailable_bytes: [{ type: 'gauge', help: 'Memory information field MemAvailable_bytes.', unit: '' }],
  http_requests_total: [{ type: 'counter', help: 'Requests answered, by handler and code.', unit: '' }],
};
const kNames = ['up', 'node_memory_MemAvailable_bytes', 'node_memory_MemTotal_bytes', 'node_cpu_seconds_total', 'http_requests_total', 'http_request_duration_seconds_bucket', 'histogram_native'];

const kFlags = {
  'query.promql-engine': 'prometheus', 'query.mode': 'local', 'query.default-step': '1s', 'query.partial-response': 'true',
  'query.auto-downsampling': 'false', 'query.timeout': '2m', 'query.replica-label': 'replica', 'http-address': '0.0.0.0:10902',
  'grpc-address': '0.0.0.0:10901', 'web.external-prefix': '', endpoint: '10.2.0.1:10901,10.2.0.2:10901',
};

const kPlain = {
  stores, rules, targets, blocks,
  alerts: () => ({ alerts: ruleGroups().flatMap((group) => group.rules.flatMap((rule) => rule.alerts ?? [])) }),
  'status/flags': () => kFlags,
  'status/buildinfo': () => ({ version: '0.1.0', revision: '3f1c0de5a7', branch: 'main', buildUser: 'root@build', buildDate: '20261125-03:00:00', goVersion: '' }),
  'status/runtimeinfo': () => ({ startTime: new Date(Date.now() - 8.1e6).toISOString(), CWD: '/', goroutineCount: 0, GOMAXPROCS: 8, GOGC: '', GODEBUG: '', GOMEMLIMIT: 9223372036854775807 }),
  'status/tsdb': () => ({
    headStats: { numSeries: 12034, chunkCount: 24103, numLabelPairs: 812, minTime: 0, maxTime: 0 },
    seriesCountByMetricName: [{ name: 'node_cpu_seconds_total', value: 3072 }, { name: 'http_requests_total', value: 1210 }],
    labelValueCountByLabelName: [{ name: '__name__', value: 712 }, { name: 'instance', value: 96 }],
    memoryInBytesByLabelName: [{ name: '__name__', value: 20480 }], seriesCountByLabelValuePair: [{ name: 'job=node', value: 9001 }],
  }),
  labels: () => ['__name__', 'cluster', 'code', 'handler', 'instance', 'job'],
  'label/__name__/values': () => kNames,
  'label/cluster/values': () => ['eu1', 'us1'],
  series: () => kInstances.map((_, i) => upMetric(i)),
  metadata: () => kMetadata,
};

// { code, body, delayMs } for a path below /api/v1/, or null where a real component answers 404.
export function answerFor(path, form) {
  if (path === 'query') return query(form);
  if (/^query(_range)?_explain$/.test(path)) return { body: { status: 'success', data: kPlan } };
  if (path === 'query_range') return queryRange(form);
  return Object.hasOwn(kPlain, path) ? { body: { status: 'success', data: kPlain[path](form) } } : null;
}
