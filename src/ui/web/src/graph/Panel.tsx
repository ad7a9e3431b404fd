// One panel: expression, options, and its answer as a table or a graph.
import { useEffect, useState } from 'react';
import { formatDuration, readableSpan } from '../format/duration';
import { groupedDigits } from '../format/value';
import { Icon } from '../parts/Icon';
import { Notice } from '../parts/Notice';
import { Empty } from '../parts/Page';
import type { Theme } from '../theme';
import { ExpressionEditor } from './ExpressionEditor';
import { FanoutTable } from './FanoutTable';
import { GraphControls } from './GraphControls';
import { GraphView } from './GraphView';
import { HistoryMenu } from './HistoryMenu';
import type { PanelOptions } from './panel_options';
import { PlanTree } from './PlanTree';
import { QueryOptions, type Extras } from './QueryOptions';
import { ResultTable } from './ResultTable';
import type { QueryOutcome } from './run_query';
import { resolved, type ServerDefaults } from './server_defaults';
import { TimeField } from './TimeField';
import { useQuery } from './use_query';

interface Props {
  options: PanelOptions;
  defaults: ServerDefaults | null;
  fallbackDefaults: ServerDefaults;
  theme: Theme;
  index: number;
  autoFocus: boolean;
  onChange: (options: PanelOptions) => void;
  onRemove: (() => void) | null;
}

function Stats({ outcome }: { outcome: QueryOutcome }) {
  const parts = [
    readableSpan(Math.round(outcome.tookMs)),
    ...(outcome.tab === 'graph' ? [`step ${formatDuration(outcome.stepSeconds * 1000)}`] : []),
    `${groupedDigits(outcome.seriesCount)} series`,
    ...(outcome.traceId ? [`trace ${outcome.traceId}`] : []),
  ];
  return (
    <span className="stats" role="status">
      {parts.map((part) => (
        <span key={part}>{part}</span>
      ))}
    </span>
  );
}

function Answer({ outcome, options, theme, onChange }: {
  outcome: QueryOutcome; options: PanelOptions; theme: Theme; onChange: (change: Partial<PanelOptions>) => void;
}) {
  return (
    <>
      {outcome.explanation && <PlanTree title="Plan" root={outcome.explanation} costs={false} />}
      {outcome.data.analysis && options.analyze && (
        <>
          <PlanTree title="Analysis" root={outcome.data.analysis} costs />
          <FanoutTable root={outcome.data.analysis} />
        </>
      )}
      {outcome.tab === 'table' ? (
        <ResultTable data={outcome.data} />
      ) : (
        <GraphView
          outcome={outcome}
          stacked={options.stacked}
          theme={theme}
          onSelect={(from, to) =>
            onChange({ endMs: Math.round(to) * 1000, rangeMs: Math.max(Math.round(to) - Math.round(from), 1) * 1000 })
          }
        />
      )}
    </>
  );
}

export function Panel(props: Props) {
  const { options, defaults, fallbackDefaults, theme, index, autoFocus, onChange, onRemove } = props;
  const [draft, setDraft] = useState(options.expr);
  const [round, setRound] = useState(0);
  const [extras, setExtras] = useState<Extras>({ forceTracing: false, explain: false });
  useEffect(() => setDraft(options.expr), [options.expr]);
  const known = defaults ?? fallbackDefaults;
  const { outcome, error, running, stop } = useQuery({
    options,
    defaults,
    forceTracing: extras.forceTracing,
    explain: extras.explain && resolved(options, known).engine === 'thanos',
    round,
  });

  const change = (part: Partial<PanelOptions>) => onChange({ ...options, expr: draft, ...part });
  const run = (expr = draft) => {
    setDraft(expr);
    if (expr !== options.expr) onChange({ ...options, expr });
    else setRound((n) => n + 1);
  };

  return (
    <section className="panel" aria-label={`Panel ${index + 1}`}>
      <div className="expression-row">
        <div className="expression">
          <ExpressionEditor value={draft} onChange={setDraft} onRun={run} label={`Expression of panel ${index + 1}`} autoFocus={autoFocus} />
          <HistoryMenu onPick={(expr) => run(expr)} />
        </div>
        {running ? (
          <button type="button" className="button button-run" onClick={stop}>
            <Icon name="stop" size={14} /> Stop
          </button>
        ) : (
          <button type="button" className="button button-run" onClick={() => run()}>
            <Icon name="play" size={14} /> Execute
          </button>
        )}
        {onRemove && (
          <button type="button" className="icon-button" onClick={onRemove} title="Remove panel" aria-label="Remove panel">
            <Icon name="close" />
          </button>
        )}
      </div>
      <QueryOptions options={options} defaults={known} extras={extras} onExtras={setExtras} onChange={change} />
      <div className="tab-row">
        <div className="tabs" role="tablist" aria-label="Shape of the result">
          {(['table', 'graph'] as const).map((tab) => (
            <button key={tab} role="tab" type="button" aria-selected={options.tab === tab} onClick={() => change({ tab })}>
              <Icon name={tab === 'table' ? 'table' : 'chart'} /> {tab === 'table' ? 'Table' : 'Graph'}
            </button>
          ))}
        </div>
        {running && <span className="spinner" role="status" aria-label="Running" />}
        {outcome && !error && <Stats outcome={outcome} />}
      </div>
      <div className={`panel-body${running ? ' is-running' : ''}`} role="tabpanel">
        {options.tab === 'table' ? (
          <div className="controls">
            <TimeField endMs={options.endMs} shiftMs={options.rangeMs / 2} label="Evaluation time" onChange={(endMs) => change({ endMs })} />
          </div>
        ) : (
          <GraphControls options={options} defaults={known} onChange={change} />
        )}
        {error && <Notice tone="error" title="The query failed" lines={[error]} />}
        {outcome && <Notice tone="warning" title={outcome.warnings.length > 1 ? `${outcome.warnings.length} warnings` : ''} lines={outcome.warnings} />}
        {outcome && <Notice tone="info" lines={outcome.infos} />}
        {outcome ? (
          <Answer outcome={outcome} options={options} theme={theme} onChange={change} />
        ) : (
          !error && !running && <Empty title="No query run yet">Write an expression and press Enter. Shift+Enter starts a new line.</Empty>
        )}
      </div>
    </section>
  );
}
