// The endpoints the query component asks, by component.
import { useState } from 'react';
import type { Endpoint, Endpoints } from '../api/types';
import { useApi } from '../api/use_api';
import { isOpenEnd, isOpenStart } from '../format/time';
import { Badge } from '../parts/Badge';
import { FilterBox } from '../parts/FilterBox';
import { LabelSet } from '../parts/LabelSet';
import { Empty, Page } from '../parts/Page';
import { Ago, Bound } from '../parts/When';

const kSetsShown = 3;

function LabelSets({ sets }: { sets: Endpoint['labelSets'] }) {
  const [all, setAll] = useState(false);
  const list = sets ?? [];
  if (list.length === 0) return <span className="muted">none</span>;
  const shown = all ? list : list.slice(0, kSetsShown);
  return (
    <div className="label-sets">
      {shown.map((set, i) => (
        <LabelSet key={i} labels={set} />
      ))}
      {shown.length < list.length && (
        <button className="link-button" onClick={() => setAll(true)}>{list.length - shown.length} more label sets</button>
      )}
    </div>
  );
}

function matches(endpoint: Endpoint, filter: string): boolean {
  if (filter === '') return true;
  const text = [endpoint.name, ...(endpoint.labelSets ?? []).flatMap((set) => Object.entries(set).map(([k, v]) => `${k}=${v}`))];
  return text.some((part) => part.toLowerCase().includes(filter.toLowerCase()));
}

function Row({ endpoint }: { endpoint: Endpoint }) {
  return (
    <>
      <tr>
        <td className="mono nowrap">{endpoint.name}</td>
        <td><Badge tone={endpoint.lastError ? 'bad' : 'good'}>{endpoint.lastError ? 'down' : 'up'}</Badge></td>
        <td><LabelSets sets={endpoint.labelSets} /></td>
        <td className="nowrap"><Bound ms={endpoint.minTime} open={isOpenStart(endpoint.minTime)} openText="no bound" /></td>
        <td className="nowrap"><Bound ms={endpoint.maxTime} open={isOpenEnd(endpoint.maxTime)} openText="now" /></td>
        <td className="nowrap"><Ago at={endpoint.lastCheck} /></td>
      </tr>
      {endpoint.lastError && (
        <tr className="error-row">
          <td colSpan={6} className="row-error">{endpoint.lastError}</td>
        </tr>
      )}
    </>
  );
}

function Group({ component, endpoints }: { component: string; endpoints: Endpoint[] }) {
  const failing = endpoints.filter((endpoint) => endpoint.lastError).length;
  return (
    <section className="card" aria-label={component}>
      <div className="card-head">
        <h2>{component}</h2>
        <span className="muted">{endpoints.length}</span>
        {failing > 0 && <Badge tone="bad">{failing} failing</Badge>}
      </div>
      <div className="table-scroll">
        <table className="list-table store-table">
          <thead>
            <tr>
              <th scope="col">Endpoint</th>
              <th scope="col">Health</th>
              <th scope="col">Announced label sets</th>
              <th scope="col">Oldest data</th>
              <th scope="col">Newest data</th>
              <th scope="col">Last check</th>
            </tr>
          </thead>
          <tbody>
            {endpoints.map((endpoint) => (
              <Row key={endpoint.name} endpoint={endpoint} />
            ))}
          </tbody>
        </table>
      </div>
    </section>
  );
}

export function StoresPage() {
  const [filter, setFilter] = useState('');
  const state = useApi<Endpoints>('/api/v1/stores');
  return (
    <Page title="Endpoints" state={state} tools={<FilterBox value={filter} onChange={setFilter} placeholder="Filter by address or label" />}>
      {(data) => {
        const groups = Object.entries(data ?? {})
          .map(([component, list]) => [component, (list ?? []).filter((endpoint) => matches(endpoint, filter))] as const)
          .filter(([, list]) => list.length > 0)
          .sort(([a], [b]) => a.localeCompare(b));
        if (groups.length === 0) {
          return filter === ''
            ? <Empty title="No endpoints">Name some with --endpoint, or see the log for why they are not reached.</Empty>
            : <Empty title="Nothing matches the filter" />;
        }
        return groups.map(([component, list]) => <Group key={component} component={component} endpoints={list} />);
      }}
    </Page>
  );
}
