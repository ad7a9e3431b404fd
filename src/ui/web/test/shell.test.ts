import assert from 'node:assert/strict';
import test from 'node:test';

// The module reads the page when it is loaded.
const globals = globalThis as Record<string, unknown>;
globals['document'] = { querySelector: () => null };
globals['location'] = { pathname: '/graph' };
const { prefixOf } = await import('../src/shell');

test('the prefix is what stands before the page in the address', () => {
  assert.equal(prefixOf('/graph', ''), '');
  assert.equal(prefixOf('/', ''), '');
  assert.equal(prefixOf('/a/b/stores', ''), '/a/b');
  assert.equal(prefixOf('/a/b/', ''), '/a/b');
  // A proxy may add a prefix the server was not told about, or was told otherwise.
  assert.equal(prefixOf('/outer/graph', '/inner'), '/outer');
  assert.equal(prefixOf('/metrics-view', '/metrics-view'), '/metrics-view');
});
