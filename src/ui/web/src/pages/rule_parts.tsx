// What alerts and rules pages share: the expression as a link and the few facts below it.
import type { ReactNode } from 'react';
import type { Rule } from '../api/types';
import { formatDuration } from '../format/duration';
import { LabelSet } from '../parts/LabelSet';
import { expressionLink } from '../shell';

export function Expression({ expr }: { expr: string }) {
  return (
    <a className="expr mono" href={expressionLink(expr)} title="Open in the graph page">
      {expr}
    </a>
  );
}

function Fact({ name, children }: { name: string; children: ReactNode }) {
  return (
    <div className="fact">
      <span className="fact-name">{name}</span>
      <span>{children}</span>
    </div>
  );
}

export function RuleFacts({ rule }: { rule: Rule }) {
  const annotations = Object.entries(rule.annotations ?? {});
  const labels = Object.keys(rule.labels ?? {}).length > 0;
  return (
    <div className="facts">
      {(rule.duration ?? 0) > 0 && <Fact name="for">{formatDuration(rule.duration! * 1000)}</Fact>}
      {(rule.keepFiringFor ?? 0) > 0 && <Fact name="keep firing for">{formatDuration(rule.keepFiringFor! * 1000)}</Fact>}
      {labels && <Fact name="labels"><LabelSet labels={rule.labels} /></Fact>}
      {annotations.map(([name, value]) => (
        <Fact key={name} name={name}>{value}</Fact>
      ))}
    </div>
  );
}
