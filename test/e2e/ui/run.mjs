// The browser test: drives the page of a running query component, or of the mock, and fails loudly.
//   node run.mjs --url http://127.0.0.1:PORT[/prefix]   node run.mjs --mock [--dist DIR]
//   --expr EXPR   an expression with results in both shapes (default up); --shots DIR keeps pictures of every page
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { chromium } from 'playwright-core';
import { kDefaultDist, startMock } from './mock.mjs';
import { kChecks } from './checks.mjs';
import { takeShots } from './shots.mjs';

function option(name, fallback) {
  const at = process.argv.indexOf(`--${name}`);
  return at < 0 ? fallback : process.argv[at + 1];
}

const useMock = process.argv.includes('--mock');
const given = option('url', null);
if (!useMock && !given) {
  console.error('say --url http://127.0.0.1:PORT of a running query component, or --mock');
  process.exit(2);
}

const browser = await chromium.launch({
  executablePath: option('chromium', '/usr/bin/chromium'),
  args: [
    '--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking',
    '--disable-component-update', '--disable-sync',
  ],
});

let failed = 0;
async function runChecks(base, expr, mock, label) {
  for (const check of kChecks) {
    if (check.needsMock && !mock) continue;
    const context = await browser.newContext({ viewport: { width: 1360, height: 900 }, ...check.context });
    const page = await context.newPage();
    const problems = [];
    page.on('pageerror', (error) => problems.push(`page error: ${error.message}`));
    try {
      await check.run({ page, base, expr, mock });
      if (problems.length > 0) throw new Error(problems.join('; '));
      console.log(`ok    ${label}${check.name}`);
    } catch (error) {
      failed++;
      console.log(`FAIL  ${label}${check.name}\n      ${error.message.split('\n').slice(0, 6).join('\n      ')}`);
    }
    await context.close();
  }
}

try {
  if (useMock) {
    const dist = option('dist', kDefaultDist);
    for (const prefix of ['', '/metrics/view']) {
      const mock = await startMock({ dist, prefix });
      await runChecks(mock.url, option('expr', 'up'), mock, prefix === '' ? '' : `under ${prefix}: `);
      if (prefix === '' && option('shots', null)) {
        mkdirSync(option('shots'), { recursive: true });
        await takeShots(browser, mock.url, (name) => join(option('shots'), name));
      }
      await mock.close();
    }
  } else {
    await runChecks(given.replace(/\/$/, ''), option('expr', 'up'), null, '');
  }
} finally {
  await browser.close();
}
if (failed > 0) {
  console.error(`${failed} checks failed`);
  process.exit(1);
}
console.log('all checks passed');
