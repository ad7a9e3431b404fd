// Pictures of the pages in both themes, for looking at.

const kViews = [
  ['table', '/graph?g0.expr=up&g0.tab=1'],
  ['graph', `/graph?g0.expr=${encodeURIComponent('sum by (handler, code) (rate(http_requests_total{job="aion-query", code!~"4.."}[5m])) > 0')}&g0.tab=0&g0.range_input=2h`],
  ['stacked', '/graph?g0.expr=node_memory_MemAvailable_bytes%20%23%20gap&g0.tab=0&g0.stacked=1&g1.expr=histogram_native&g1.tab=1'],
  ['notices', '/graph?g0.expr=up%20%23%20warn&g0.tab=1&g1.expr=sum(&g1.tab=0&g2.expr='],
  ['analyze', '/graph?g0.expr=rate(http_requests_total[5m])&g0.tab=1&g0.engine=thanos&g0.analyze=1'],
  ['stores', '/stores'], ['alerts', '/alerts'], ['rules', '/rules'], ['targets', '/targets'], ['status', '/status'],
  ['flags', '/flags'], ['blocks', '/blocks'], ['tsdb-status', '/tsdb-status'],
];

export async function takeShots(browser, base, fileFor) {
  for (const colorScheme of ['light', 'dark']) {
    const context = await browser.newContext({ viewport: { width: 1360, height: 860 }, colorScheme });
    const page = await context.newPage();
    for (const [name, path] of kViews) {
      await page.goto(base + path);
      await page.waitForTimeout(500);
      if (name === 'graph') {
        const box = await page.locator('.u-over').boundingBox();
        await page.mouse.move(box.x + box.width * 0.62, box.y + box.height * 0.45);
      }
      await page.screenshot({ path: fileFor(`${name}-${colorScheme}.png`), fullPage: true });
    }
    await page.goto(`${base}/graph`);
    await page.locator('.cm-content').click();
    await page.keyboard.type('sum by (job) (rate(http_re');
    await page.waitForTimeout(700);
    await page.screenshot({ path: fileFor(`complete-${colorScheme}.png`) });
    await page.setViewportSize({ width: 420, height: 860 });
    await page.goto(base + kViews[1][1]);
    await page.waitForTimeout(500);
    await page.screenshot({ path: fileFor(`narrow-${colorScheme}.png`) });
    await context.close();
  }
}
