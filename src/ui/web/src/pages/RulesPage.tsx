// Recording and alerting rules by group, with their last evaluation.
import { useState } from 'react';
import type { Rule, RuleGroup } from '../api/types';
import { useApi } from '../api/use_api';
import { formatDuration, readableSpan } from '../format/duration';
import { Badge, toneOf } from '../parts/Badge';
import { FilterBox } from '../parts/FilterBox';
import { Empty, Page } from '../parts/Page';
import { Ago } from '../parts/When';
import { expressionLink } from '../shell';
import { Expression, RuleFacts } from './rule_parts';

function RuleRow({ rule }: { rule: Rule }) {
  const alerting = rule.type === 'alerting';
  const link = expressionLink(alerting ? `ALERTS{alertname="${rule.name}"}` : rule.name);
  return (
    <tr>
      <td>
        <div className="rule-name">
          <span className="kind">{alerting ? 'alert' : 'record'}</span>
          <a href={link}>{rule.name}</a>
        </div>
        <Expression expr={rule.query} />
        <RuleFacts rule={rule} />
        {rule.lastError && <div className="row-error">{rule.lastError}</div>}
      </td>
      <td><Badge tone={toneOf(rule.health)}>{rule.health}</Badge></td>
      <td className="nowrap"><Ago at={rule.lastEvaluation} /></td>
      <td className="number nowrap">{readableSpan(Number(rule.evaluationTime) * 1000)}</td>
    </tr>
  );
}

function Group({ group, rules }: { group: RuleGroup; rules: Rule[] }) {
  return (
    <section className="card" aria-label={group.name}>
      <div className="card-head">
        <h2>{group.name}</h2>
        <span className="muted mono">{group.file}</span>
        <span className="muted push-right">
          {group.interval > 0 && <>every {formatDuration(group.interval * 1000)} · </>}
          evaluated <Ago at={group.lastEvaluation} /> in {readableSpan(Number(group.evaluationTime) * 1000)}
        </span>
      </div>
      <div className="table-scroll">
        <table className="list-table rules-table">
          <thead>
            <tr>
              <th scope="col">Rule</th>
              <th scope="col">Health</th>
              <th scope="col">Evaluated</th>
              <th scope="col" className="number">Took</th>
            </tr>
          </thead>
          <tbody>
            {rules.map((rule, i) => (
              <RuleRow key={i} rule={rule} />
            ))}
          </tbody>
        </table>
      </div>
    </section>
  );
}

export function RulesPage() {
  const [filter, setFilter] = useState('');
  const state = useApi<{ groups: RuleGroup[] | null }>('/api/v1/rules');
  return (
    <Page title="Rules" state={state} tools={<FilterBox value={filter} onChange={setFilter} placeholder="Filter by name, group or file" />}>
      {(data) => {
        const groups = data.groups ?? [];
        if (groups.length === 0) return <Empty title="No rules">No endpoint with rules reports any.</Empty>;
        const word = filter.toLowerCase();
        const visible = groups
          .map((group) => {
            const whole = `${group.name} ${group.file}`.toLowerCase().includes(word);
            return { group, rules: (group.rules ?? []).filter((rule) => whole || rule.name.toLowerCase().includes(word)) };
          })
          .filter(({ rules }) => rules.length > 0 || filter === '');
        if (visible.length === 0) return <Empty title="Nothing matches the filter" />;
        return visible.map(({ group, rules }, i) => <Group key={i} group={group} rules={rules} />);
      }}
    </Page>
  );
}
