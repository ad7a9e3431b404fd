// Scrape targets of every Prometheus behind the endpoints, by scrape pool.
import { useState } from 'react';
import type { Target, Targets } from '../api/types';
import { useApi } from '../api/use_api';
import { readableSpan } from '../format/duration';
import { Badge, toneOf } from '../parts/Badge';
import { FilterBox } from '../parts/FilterBox';
import { LabelSet } from '../parts/LabelSet';
import { Empty, Page } from '../parts/Page';
import { Ago } from '../parts/When';

function isUp(target: Target): boolean {
  return target.health.toLowerCase() === 'up';
}

// Only web addresses become links: the address comes from a target's own labels.
function Address({ url }: { url: string }) {
  return /^https?:\/\//.test(url) ? <a href={url} rel="noreferrer">{url}</a> : <>{url}</>;
}

function Row({ target }: { target: Target }) {
  return (
    <>
      <tr>
        <td className="mono"><Address url={target.globalUrl || target.scrapeUrl} /></td>
        <td><Badge tone={toneOf(target.health)}>{target.health.toLowerCase()}</Badge></td>
        <td>
          <LabelSet labels={target.labels} />
          <details className="discovered">
            <summary>Discovered labels</summary>
            <LabelSet labels={target.discoveredLabels} />
          </details>
        </td>
        <td className="nowrap"><Ago at={target.lastScrape} /></td>
        <td className="number nowrap">{readableSpan(target.lastScrapeDuration * 1000)}</td>
      </tr>
      {target.lastError && (
        <tr className="error-row">
          <td colSpan={5} className="row-error">{target.lastError}</td>
        </tr>
      )}
    </>
  );
}

function Pool({ name, targets }: { name: string; targets: Target[] }) {
  const up = targets.filter(isUp).length;
  return (
    <section className="card" aria-label={name}>
      <div className="card-head">
        <h2>{name}</h2>
        <Badge tone={up === targets.length ? 'good' : 'bad'}>{up}/{targets.length} up</Badge>
      </div>
      <div className="table-scroll">
        <table className="list-table">
          <thead>
            <tr>
              <th scope="col">Target</th>
              <th scope="col">Health</th>
              <th scope="col">Labels</th>
              <th scope="col">Scraped</th>
              <th scope="col" className="number">Took</th>
            </tr>
          </thead>
          <tbody>
            {targets.map((target, i) => (
              <Row key={i} target={target} />
            ))}
          </tbody>
        </table>
      </div>
    </section>
  );
}

function byPool(targets: Target[]): Array<[string, Target[]]> {
  const pools = new Map<string, Target[]>();
  for (const target of targets) {
    const pool = pools.get(target.scrapePool);
    if (pool) pool.push(target);
    else pools.set(target.scrapePool, [target]);
  }
  return [...pools].sort(([a], [b]) => a.localeCompare(b));
}

export function TargetsPage() {
  const [filter, setFilter] = useState('');
  const [unhealthyOnly, setUnhealthyOnly] = useState(false);
  const state = useApi<Targets>('/api/v1/targets');
  const tools = (
    <>
      <div className="segments" role="group" aria-label="Targets shown">
        <button aria-pressed={!unhealthyOnly} onClick={() => setUnhealthyOnly(false)}>All</button>
        <button aria-pressed={unhealthyOnly} onClick={() => setUnhealthyOnly(true)}>Unhealthy</button>
      </div>
      <FilterBox value={filter} onChange={setFilter} placeholder="Filter by address, pool or label" />
    </>
  );
  return (
    <Page title="Targets" state={state} tools={tools}>
      {(data) => {
        const active = data.activeTargets ?? [];
        const dropped = data.droppedTargets?.length ?? 0;
        const word = filter.toLowerCase();
        const visible = active.filter(
          (target) =>
            (!unhealthyOnly || !isUp(target)) &&
            [target.scrapePool, target.scrapeUrl, ...Object.entries(target.labels).map((pair) => pair.join('='))].some((text) =>
              text.toLowerCase().includes(word),
            ),
        );
        if (active.length === 0) return <Empty title="No targets">No endpoint with targets reports any.</Empty>;
        return (
          <>
            {visible.length === 0 && <Empty title="Nothing matches the filter" />}
            {byPool(visible).map(([name, targets]) => (
              <Pool key={name} name={name} targets={targets} />
            ))}
            {dropped > 0 && <p className="muted">{dropped} discovered {dropped === 1 ? 'target is' : 'targets are'} dropped by relabelling.</p>}
          </>
        );
      }}
    </Page>
  );
}
