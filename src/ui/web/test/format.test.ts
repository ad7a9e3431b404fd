import assert from 'node:assert/strict';
import test from 'node:test';
import { formatDuration, parseDuration, readableSpan } from '../src/format/duration';
import { histogramLines, seriesName } from '../src/format/series';
import { isOpenEnd, isOpenStart, parseApiTime, formatTime, parseTime, timeTicks } from '../src/format/time';
import { axisNumbers, parseSample, readableBytes, shortNumber } from '../src/format/value';

test('durations', () => {
  for (const [text, ms] of [['1h', 3_600_000], ['30m', 1_800_000], ['1d', 86_400_000], ['1h30m', 5_400_000], ['250ms', 250], ['0', 0], ['90d', 7_776_000_000]] as const) {
    assert.equal(parseDuration(text), ms, text);
  }
  for (const text of ['', 'h', '1', '1h 30m', '30m1h', '-5m', '1.5h', '1x']) assert.equal(parseDuration(text), null, text);
  assert.deepEqual([5_400_000, 90 * 86_400_000, 14 * 86_400_000, 0, 1500].map(formatDuration), ['1h30m', '90d', '2w', '0s', '1s500ms']);
  assert.deepEqual([0, 0.5, 85, 12_400, 93_000, 100_800_000].map(readableSpan), ['0s', '500µs', '85ms', '12.4s', '1m 33s', '1d 4h']);
});

test('times', () => {
  const ms = Date.UTC(2026, 0, 31, 13, 45, 7);
  assert.equal(formatTime(ms, false), '2026-01-31 13:45:07');
  for (const text of ['2026-01-31 13:45:07', '2026-01-31T13:45:07Z', '2026-01-31T14:45:07+01:00', String(ms / 1000)]) {
    assert.equal(parseTime(text, false), ms, text);
  }
  assert.equal(parseTime('2026-01-31 13:45', false), Date.UTC(2026, 0, 31, 13, 45));
  assert.equal(parseTime(formatTime(ms, true), true), ms);
  for (const text of ['', 'now', '31.1.2026', '99']) assert.equal(parseTime(text, false), null, text);
  assert.equal(parseApiTime('0001-01-01T00:00:00Z'), null);
  assert.ok(isOpenEnd(9223372036854775807) && isOpenStart(-62167219200000) && !isOpenEnd(ms) && !isOpenStart(0));
  assert.deepEqual(timeTicks([1767311940, 1767312000, 1767312060], 60, false), ['23:59\n2026-01-01', '00:00\n2026-01-02', '00:01']);
});

test('numbers', () => {
  assert.deepEqual([0, 1234.5, 0.25, 0.0012, 7.2e9, -3e6, 1e30].map((v) => shortNumber(v)), ['0', '1.234k', '0.25', '1.2m', '7.2G', '-3M', '1.00e+30']);
  assert.deepEqual(axisNumbers([1000, 1000.5, 1001]), ['1k', '1.0005k', '1.001k']);
  assert.deepEqual([parseSample('+Inf'), parseSample('-Inf'), parseSample('1e3')], [Infinity, -Infinity, 1000]);
  assert.equal(readableBytes(1536), '1.5 KiB');
});

test('names of series', () => {
  assert.equal(seriesName({ __name__: 'up', job: 'a"b\\c' }), 'up{job="a\\"b\\\\c"}');
  assert.equal(seriesName({}), '{}');
  assert.equal(seriesName({ __name__: 'my.metric', 'a.b': 'c' }), '{"my.metric", "a.b"="c"}');
  assert.deepEqual(histogramLines({ count: '3', sum: '1', buckets: [[3, '-1', '1', '1'], [1, '-2', '-1', '2']] }), [
    'count: 3   sum: 1', '[-1, 1]: 1', '[-2, -1): 2',
  ]);
});
