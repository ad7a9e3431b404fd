// Alerting rules with their state and the alerts they raise.
import { useState } from 'react';
import type { Alert, AlertState, Rule, RuleGroup } from '../api/types';
import { useApi } from '../api/use_api';
import { seriesName } from '../format/series';
import { Badge, toneOf } from '../parts/Badge';
import { FilterBox } from '../parts/FilterBox';
import { LabelSet } from '../parts/LabelSet';
import { Empty, Page } from '../parts/Page';
import { Ago } from '../parts/When';
import { Expression, RuleFacts } from './rule_parts';

const kStates: readonly AlertState[] = ['firing', 'pending', 'inactive'];

function AlertTable({ alerts }: { alerts: Alert[] }) {
  return (
    <div className="table-scroll">
      <table className="list-table">
        <thead>
          <tr>
            <th scope="col">Labels</th>
            <th scope="col">State</th>
            <th scope="col">Active since</th>
            <th scope="col" className="number">Value</th>
          </tr>
        </thead>
        <tbody>
          {alerts.map((alert, i) => (
            <tr key={i}>
              <td><LabelSet labels={alert.labels} /></td>
              <td><Badge tone={toneOf(alert.state)}>{alert.state}</Badge></td>
              <td className="nowrap"><Ago at={alert.activeAt} /></td>
              <td className="number mono">{alert.value}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

function stateOf(rule: Rule): AlertState {
  return rule.state ?? 'inactive';
}

function AlertRule({ rule }: { rule: Rule }) {
  const alerts = rule.alerts ?? [];
  return (
    <details className="alert-rule" open={stateOf(rule) === 'firing' || undefined}>
      <summary>
        <Badge tone={toneOf(stateOf(rule))}>{stateOf(rule)}</Badge>
        <strong>{rule.name}</strong>
        <span className="muted">{alerts.length > 0 ? `${alerts.length} active` : ''}</span>
      </summary>
      <div className="alert-body">
        <Expression expr={rule.query} />
        <RuleFacts rule={rule} />
        {alerts.length > 0 && <AlertTable alerts={alerts} />}
      </div>
    </details>
  );
}

function matches(rule: Rule, filter: string): boolean {
  const text = `${rule.name} ${seriesName(rule.labels ?? {})} ${(rule.alerts ?? []).map((a) => seriesName(a.labels)).join(' ')}`;
  return text.toLowerCase().includes(filter.toLowerCase());
}

export function AlertsPage() {
  const state = useApi<{ groups: RuleGroup[] | null }>('/api/v1/rules?type=alert');
  const [shown, setShown] = useState<ReadonlySet<AlertState>>(new Set(kStates));
  const [filter, setFilter] = useState('');
  const groups = state.data?.groups ?? [];
  const count = (wanted: AlertState) =>
    groups.reduce((sum, group) => sum + (group.rules ?? []).filter((rule) => stateOf(rule) === wanted).length, 0);
  const toggle = (which: AlertState) => {
    const next = new Set(shown);
    if (!next.delete(which)) next.add(which);
    setShown(next);
  };
  const tools = (
    <>
      <div className="segments" role="group" aria-label="States shown">
        {kStates.map((which) => (
          <button key={which} aria-pressed={shown.has(which)} onClick={() => toggle(which)}>
            {which} <span className="count">{count(which)}</span>
          </button>
        ))}
      </div>
      <FilterBox value={filter} onChange={setFilter} placeholder="Filter by name or label" />
    </>
  );
  return (
    <Page title="Alerts" state={state} tools={tools}>
      {() => {
        if (groups.length === 0) return <Empty title="No alerting rules">No endpoint with rules reports any.</Empty>;
        const visible = groups
          .map((group) => ({
            group,
            rules: (group.rules ?? []).filter((rule) => shown.has(stateOf(rule)) && matches(rule, filter)),
          }))
          .filter(({ rules }) => rules.length > 0);
        if (visible.length === 0) return <Empty title="Nothing matches the filter" />;
        return visible.map(({ group, rules }, i) => (
          <section className="card" key={i} aria-label={group.name}>
            <div className="card-head">
              <h2>{group.name}</h2>
              <span className="muted mono">{group.file}</span>
            </div>
            {rules.map((rule, k) => (
              <AlertRule key={k} rule={rule} />
            ))}
          </section>
        ));
      }}
    </Page>
  );
}
