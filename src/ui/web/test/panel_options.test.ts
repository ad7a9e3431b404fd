import assert from 'node:assert/strict';
import test from 'node:test';
import { decodePanels, encodePanels, kDefaultOptions, stepFor } from '../src/graph/panel_options';

test('a link of Thanos opens what it says', () => {
  const [panel] = decodePanels(
    '?g0.expr=sum(rate(x%5B5m%5D))%20%2B%201&g0.tab=0&g0.stacked=1&g0.range_input=2d&g0.max_source_resolution=1h&g0.deduplicate=0' +
      '&g0.partial_response=1&g0.store_matches=%5B%7B%22name%22%3A%22a%3A1%22%7D%5D&g0.engine=thanos&g0.analyze=1&g0.tenant=t1' +
      '&g0.end_input=2026-01-02%2003%3A04%3A05&g0.moment_input=2026-01-02%2003%3A04%3A05&g0.step_input=15',
  );
  assert.deepEqual(panel, {
    expr: 'sum(rate(x[5m])) + 1', tab: 'graph', stacked: true, rangeMs: 172_800_000, maxSourceResolution: '1h', deduplicate: false,
    partialResponse: true, stores: ['a:1'], engine: 'thanos', analyze: true, tenant: 't1', endMs: Date.UTC(2026, 0, 2, 3, 4, 5), stepSeconds: 15,
  });
});

test('links of Prometheus are understood', () => {
  const [first, second] = decodePanels('?g0.expr=up&g0.tab=1&g0.range_input=1h&g1.expr=down&g1.tab=graph&g1.display_mode=stacked&g1.res_step=30');
  assert.deepEqual(first, { ...kDefaultOptions, expr: 'up' });
  assert.deepEqual(second, { ...kDefaultOptions, expr: 'down', tab: 'graph', stacked: true, stepSeconds: 30 });
});

test('plus signs are spaces, and broken escapes do no harm', () => {
  assert.equal(decodePanels('?g0.expr=a+%2B+b')[0]?.expr, 'a + b');
  assert.equal(decodePanels('?g0.expr=%E0%A4%A')[0]?.tab, 'table');
});

test('values without meaning leave the default', () => {
  const query = '?g0.expr=up&g0.range_input=soon&g0.end_input=never&g0.step_input=-3&g0.store_matches=%7B&g0.engine=&g0.__proto__=1&g0.constructor=2';
  assert.deepEqual(decodePanels(query), [{ ...kDefaultOptions, expr: 'up' }]);
});

test('the number of panels is bounded', () => {
  const query = Array.from({ length: 500 }, (_, i) => `g${i}.expr=up`).join('&');
  assert.equal(decodePanels(query).length, 50);
});

test('what is written reads back the same', () => {
  const panels = [
    { ...kDefaultOptions, expr: 'a{b="c&d=e"} # +', tab: 'graph' as const, endMs: Date.UTC(2025, 5, 1), stepSeconds: 0.5, stores: ['x:1', 'y"z'] },
    { ...kDefaultOptions, partialResponse: false, engine: 'prometheus', tenant: 'ä', maxSourceResolution: 'auto' },
  ];
  assert.deepEqual(decodePanels(encodePanels(panels)), panels);
});

test('the graph is tab 0 and the table tab 1', () => {
  assert.match(encodePanels([{ ...kDefaultOptions, tab: 'graph' }]), /g0\.tab=0/);
  assert.match(encodePanels([kDefaultOptions]), /^\?g0\.expr=&g0\.tab=1&g0\.stacked=0&g0\.range_input=1h&g0\.deduplicate=1$/);
});

test('steps are common ones, and never finer than the server says', () => {
  const step = (hours: number, serverDefault = 1) => stepFor({ rangeMs: hours * 3_600_000, stepSeconds: null }, serverDefault);
  assert.deepEqual([step(1), step(6), step(24), step(24 * 14)], [15, 120, 600, 7200]);
  assert.equal(step(1, 60), 60);
  assert.equal(step(24 * 3650) % 43_200, 0);
  assert.equal(stepFor({ rangeMs: 1, stepSeconds: 7 }, 60), 7);
});
