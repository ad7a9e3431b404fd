import assert from 'node:assert/strict';
import test from 'node:test';
import { lastValue, stackColumns, toColumns } from '../src/graph/chart_data';

const kGrid = { startSeconds: 100, endSeconds: 140, stepSeconds: 10 };

test('samples land on the grid, and what cannot be drawn is a gap', () => {
  const { times, columns } = toColumns(
    [{ metric: {}, values: [[100, '1'], [110.004, '2'], [120, 'NaN'], [130, '+Inf'], [900, '7']] }, { metric: {}, histograms: [] }],
    kGrid,
  );
  assert.deepEqual(times, [100, 110, 120, 130, 140]);
  assert.deepEqual(columns, [[1, 2, null, null, null], [null, null, null, null, null]]);
});

test('stacks grow from the last series up and skip the hidden', () => {
  const columns = [[1, 1, null], [2, null, 2], [4, 4, 4]];
  assert.deepEqual(stackColumns(columns, new Set()), [[7, 5, null], [6, null, 6], [4, 4, 4]]);
  assert.deepEqual(stackColumns(columns, new Set([2])), [[3, 1, null], [2, null, 2], [null, null, null]]);
});

test('the last value is the newest one there is', () => {
  assert.equal(lastValue([1, 2, null]), 2);
  assert.equal(lastValue([null]), null);
});

test('absurd grids are cut', () => {
  assert.ok(toColumns([], { startSeconds: 0, endSeconds: 1e12, stepSeconds: 1 }).times.length <= 20_000);
});
