// What the page must do. Each check gets a fresh browser profile; `needsMock` ones rely on the made-up data.
import assert from 'node:assert/strict';

const kWait = { timeout: 15_000 };

async function typeAndRun(page, expr) {
  await page.locator('.cm-content').first().click();
  await page.keyboard.press('Control+A');
  await page.keyboard.type(expr);
  // The completion list takes Enter for itself while it is open.
  await page.keyboard.press('Escape');
  await page.keyboard.press('Enter');
}

function panelParams(page) {
  return new URLSearchParams(new URL(page.url()).search);
}

async function editorText(page, index = 0) {
  return page.locator('.cm-content').nth(index).innerText();
}

export const kChecks = [
  {
    name: 'the first page is the graph page',
    async run({ page, base }) {
      await page.goto(`${base}/`);
      await page.locator('.cm-content').waitFor(kWait);
      assert.match(await page.title(), /Aion/);
      assert.equal(await page.locator('nav a[aria-current="page"]').innerText(), 'Graph');
    },
  },
  {
    name: 'typing an expression and Enter gives table rows',
    async run({ page, base, expr }) {
      await page.goto(`${base}/graph`);
      await typeAndRun(page, expr);
      await page.locator('.result-table tbody tr').first().waitFor(kWait);
      const params = panelParams(page);
      assert.equal(params.get('g0.expr'), expr);
      assert.equal(params.get('g0.tab'), '1');
      assert.match(await page.locator('.stats').innerText(), /series/);
    },
  },
  {
    name: 'the graph tab draws a canvas and writes itself into the address',
    async run({ page, base, expr }) {
      await page.goto(`${base}/graph?g0.expr=${encodeURIComponent(expr)}&g0.tab=1`);
      await page.locator('.result-table tbody tr').first().waitFor(kWait);
      await page.getByRole('tab', { name: 'Graph' }).click();
      const canvas = page.locator('.chart canvas');
      await canvas.waitFor(kWait);
      const drawn = await canvas.evaluate((element) => {
        const pixels = element.getContext('2d').getImageData(0, 0, element.width, element.height).data;
        return pixels.some((value, i) => i % 4 === 3 && value > 0);
      });
      assert.ok(drawn, 'the canvas is blank');
      assert.ok((await page.locator('.legend-row').count()) > 0);
      assert.equal(panelParams(page).get('g0.tab'), '0');
      assert.equal(panelParams(page).get('g0.range_input'), '1h');
    },
  },
  {
    name: 'a link opens with its expression and result',
    async run({ page, base, expr }) {
      await page.goto(`${base}/graph?g0.expr=${encodeURIComponent(expr)}&g0.tab=1`);
      await page.locator('.result-table tbody tr').first().waitFor(kWait);
      assert.equal((await editorText(page)).trim(), expr);
      assert.equal(await page.getByRole('tab', { name: 'Table' }).getAttribute('aria-selected'), 'true');
    },
  },
  {
    name: 'the endpoints page lists',
    async run({ page, base }) {
      await page.goto(`${base}/stores`);
      await page.locator('.store-table tbody tr').first().waitFor(kWait);
    },
  },
  {
    name: 'every page of the bar opens without an error of its own',
    async run({ page, base }) {
      await page.goto(`${base}/graph`);
      for (const name of ['Endpoints', 'Alerts', 'Rules', 'Targets', 'Status', 'Flags']) {
        await page.locator('.nav nav').getByText(name, { exact: true }).click();
        await page.getByRole('heading', { level: 1, name }).waitFor(kWait);
        await page.locator('.skeleton').waitFor({ state: 'detached', ...kWait });
        assert.equal(await page.locator('.notice-error').count(), 0, `${name} shows an error`);
      }
      await page.goBack();
      await page.getByRole('heading', { level: 1, name: 'Targets' }).waitFor({ state: 'detached', ...kWait });
    },
  },
  {
    name: 'an expression that cannot be parsed says so',
    async run({ page, base }) {
      await page.goto(`${base}/graph?g0.expr=${encodeURIComponent('sum(')}&g0.tab=1`);
      await page.locator('.notice-error').waitFor(kWait);
      assert.match(await page.locator('.notice-error').innerText(), /parse error/);
    },
  },
  {
    name: 'the theme choice stays',
    async run({ page, base }) {
      await page.goto(`${base}/graph`);
      await page.getByRole('button', { name: /Colours: as the system/ }).click();
      await page.getByRole('button', { name: /Colours: light/ }).click();
      await page.reload();
      await page.getByRole('button', { name: /Colours: dark/ }).waitFor(kWait);
      assert.equal(await page.evaluate(() => document.documentElement.dataset.theme), 'dark');
    },
  },
  {
    name: 'a whole link is asked for as it says, and hostile parts of it do nothing',
    needsMock: true,
    async run({ page, base, mock }) {
      mock.requests.length = 0;
      const stores = encodeURIComponent(JSON.stringify([{ name: '10.2.0.1:10901' }]));
      await page.goto(
        `${base}/graph?g0.expr=up&g0.tab=0&g0.stacked=1&g0.range_input=30m&g0.end_input=2026-11-25%2003%3A00%3A00` +
          `&g0.moment_input=2026-11-25%2003%3A00%3A00&g0.step_input=30&g0.max_source_resolution=5m&g0.deduplicate=0` +
          `&g0.partial_response=0&g0.store_matches=${stores}&g0.engine=thanos&g1.expr=node_memory&g1.tab=1&g1.__proto__=1&g2.constructor=x`,
      );
      await page.locator('.chart canvas').waitFor(kWait);
      await page.locator('.result-table tbody tr').first().waitFor(kWait);
      const { form } = mock.requests.find(({ path }) => path === 'api/v1/query_range');
      const end = Date.UTC(2026, 10, 25, 3) / 1000;
      assert.deepEqual(
        Object.fromEntries(form),
        {
          query: 'up', dedup: 'false', partial_response: 'false', engine: 'thanos', analyze: 'false', start: String(end - 1800),
          end: String(end), step: '30', max_source_resolution: '5m', 'storeMatch[]': '{__address__="10.2.0.1:10901"}',
        },
      );
      await page.getByRole('button', { name: 'Lines' }).first().click();
      const params = panelParams(page);
      assert.equal(params.get('g0.stacked'), '0');
      assert.equal(params.get('g0.end_input'), '2026-11-25 03:00:00');
      assert.equal(params.get('g0.moment_input'), '2026-11-25 03:00:00');
      assert.equal(params.get('g0.step_input'), '30');
      assert.equal(params.get('g0.max_source_resolution'), '5m');
      assert.equal(params.get('g0.deduplicate'), '0');
      assert.equal(params.get('g0.partial_response'), '0');
      assert.equal(params.get('g1.expr'), 'node_memory');
    },
  },
  {
    name: 'back and forward return to earlier expressions',
    needsMock: true,
    async run({ page, base }) {
      await page.goto(`${base}/graph?g0.expr=up&g0.tab=1`);
      await page.locator('.result-table tbody tr').first().waitFor(kWait);
      await typeAndRun(page, 'node_memory_MemTotal_bytes');
      await page.waitForFunction(() => location.search.includes('MemTotal'));
      await page.goBack();
      await page.waitForFunction(() => document.querySelector('.cm-content').innerText.trim() === 'up');
    },
  },
  {
    name: 'panels are added and removed',
    needsMock: true,
    async run({ page, base }) {
      await page.goto(`${base}/graph?g0.expr=up&g0.tab=1`);
      await page.getByRole('button', { name: 'Add panel' }).click();
      assert.equal(await page.locator('.panel').count(), 2);
      assert.equal(panelParams(page).get('g1.tab'), '1');
      await page.getByRole('button', { name: 'Remove panel' }).first().click();
      assert.equal(await page.locator('.panel').count(), 1);
      assert.equal((await editorText(page)).includes('up'), false);
    },
  },
  {
    name: 'names are completed through the API',
    needsMock: true,
    async run({ page, base }) {
      await page.goto(`${base}/graph`);
      await page.locator('.cm-content').click();
      await page.keyboard.type('node_mem');
      await page.locator('.cm-tooltip-autocomplete li').first().waitFor(kWait);
      assert.match(await page.locator('.cm-tooltip-autocomplete').innerText(), /node_memory_MemAvailable_bytes/);
    },
  },
  {
    name: 'native histograms are text in the table and a note in the graph',
    needsMock: true,
    async run({ page, base }) {
      await page.goto(`${base}/graph?g0.expr=histogram_native&g0.tab=1`);
      await page.locator('.histogram').first().waitFor(kWait);
      assert.match(await page.locator('.histogram').first().innerText(), /count: 160 {3}sum: 62\.5\n\(0\.0625, 0\.125\]: 12/);
      await page.getByRole('tab', { name: 'Graph' }).click();
      await page.locator('.notice-info').waitFor(kWait);
      assert.match(await page.locator('.notice-info').innerText(), /2 native histogram series cannot be drawn/);
    },
  },
  {
    name: 'warnings, empty results, range vectors and scalars are shown',
    needsMock: true,
    async run({ page, base }) {
      const open = (expr) => page.goto(`${base}/graph?g0.expr=${encodeURIComponent(expr)}&g0.tab=1`);
      await open('up # warn');
      await page.locator('.notice-warning').waitFor(kWait);
      assert.match(await page.locator('.notice-warning').innerText(), /2 warnings[^]*connection refused/);
      await open('nothing');
      await page.getByText('The result is empty').waitFor(kWait);
      await open('up[1m]');
      await page.locator('.point').first().waitFor(kWait);
      await open('42');
      await page.locator('.result-table .value').waitFor(kWait);
      assert.equal(await page.locator('.result-table .value').innerText(), '42');
    },
  },
  {
    name: 'hovering shows a value and dragging zooms',
    needsMock: true,
    async run({ page, base }) {
      await page.goto(`${base}/graph?g0.expr=node_memory_MemAvailable_bytes&g0.tab=0`);
      const over = page.locator('.u-over');
      await over.waitFor(kWait);
      const box = await over.boundingBox();
      await page.mouse.move(box.x + box.width * 0.4, box.y + box.height * 0.5);
      await page.locator('.tip:not([hidden])').waitFor(kWait);
      assert.match(await page.locator('.tip').innerText(), /node_memory_MemAvailable_bytes/);
      await page.mouse.down();
      await page.mouse.move(box.x + box.width * 0.6, box.y + box.height * 0.5, { steps: 4 });
      await page.mouse.up();
      await page.waitForFunction(() => !location.search.includes('range_input=1h'));
      assert.match(panelParams(page).get('g0.end_input'), /^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d$/);
    },
  },
  {
    name: 'the thanos engine explains and analyses',
    needsMock: true,
    async run({ page, base, mock }) {
      await page.goto(`${base}/graph?g0.expr=rate(http_requests_total[5m])&g0.tab=1&g0.engine=thanos`);
      await page.getByText('Explain').click();
      await page.locator('.plan').filter({ hasText: 'Plan' }).waitFor(kWait);
      await page.getByText('Analyze').click();
      await page.locator('.plan').filter({ hasText: 'Analysis' }).waitFor(kWait);
      assert.equal(panelParams(page).get('g0.analyze'), '1');
      assert.ok(mock.requests.some(({ path }) => path === 'api/v1/query_explain'));
    },
  },
  {
    name: 'a clock that differs is said',
    needsMock: true,
    async run({ page, base }) {
      const result = [0, String(Date.now() / 1000 - 3600)];
      await page.route('**/api/v1/query?query=time()', (route) =>
        route.fulfill({ json: { status: 'success', data: { resultType: 'scalar', result } } }));
      await page.goto(`${base}/graph`);
      await page.locator('.notice-warning').waitFor(kWait);
      assert.match(await page.locator('.notice-warning').innerText(), /1h ahead of the server/);
    },
  },
  {
    name: 'a thousand series are drawn in part and say so',
    needsMock: true,
    async run({ page, base }) {
      await page.goto(`${base}/graph?g0.expr=many&g0.tab=0`);
      await page.locator('.chart canvas').waitFor(kWait);
      assert.match(await page.locator('.notice-info').innerText(), /first 400 of 1200 series/);
      await page.getByRole('tab', { name: 'Table' }).click();
      await page.getByRole('button', { name: 'Show all' }).click();
      await page.waitForFunction(() => document.querySelectorAll('.result-table tbody tr').length === 1200);
    },
  },
  {
    name: 'a running query can be stopped',
    needsMock: true,
    async run({ page, base }) {
      await page.goto(`${base}/graph?g0.expr=slow&g0.tab=1`);
      await page.getByRole('button', { name: 'Stop' }).click();
      await page.getByRole('button', { name: 'Execute' }).waitFor(kWait);
      assert.equal(await page.locator('.notice-error').count(), 0);
    },
  },
  {
    name: 'an API path the component lacks is said on the page',
    needsMock: true,
    async run({ page, base }) {
      await page.route('**/api/v1/targets', (route) => route.fulfill({ status: 404, body: '404 page not found' }));
      await page.goto(`${base}/targets`);
      await page.locator('.notice-error').waitFor(kWait);
      assert.match(await page.locator('.notice-error').innerText(), /does not offer \/api\/v1\/targets/);
    },
  },
];
