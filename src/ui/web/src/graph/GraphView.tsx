// The result of a range query: chart, legend, and what could not be drawn.
import { useCallback, useMemo, useState } from 'react';
import type { MatrixSeries } from '../api/types';
import { seriesName } from '../format/series';
import { formatTime } from '../format/time';
import { shortNumber } from '../format/value';
import { Notice } from '../parts/Notice';
import { Empty } from '../parts/Page';
import { useLocalTime } from '../parts/time_zone';
import type { Theme } from '../theme';
import { Chart } from './Chart';
import { toColumns } from './chart_data';
import { Legend } from './Legend';
import { seriesColor } from './palette';
import type { QueryOutcome } from './run_query';

// Beyond this the browser is slow and the picture is noise.
const kSeriesDrawn = 400;

interface Props {
  outcome: QueryOutcome;
  stacked: boolean;
  theme: Theme;
  onSelect: (fromSeconds: number, toSeconds: number) => void;
}

function notesOn(all: readonly MatrixSeries[], drawnCount: number, candidates: number): string[] {
  const notes: string[] = [];
  const histograms = all.filter((series) => series.histograms?.length).length;
  if (histograms > 0) {
    notes.push(`${histograms} native histogram series cannot be drawn. Use histogram_quantile() or histogram_avg(), or look at the table.`);
  }
  if (drawnCount < candidates) {
    notes.push(`Only the first ${drawnCount} of ${candidates} series are drawn. Aggregate or narrow the query to see all.`);
  }
  return notes;
}

const kNoneHidden: ReadonlySet<number> = new Set();

export function GraphView({ outcome, stacked, theme, onSelect }: Props) {
  const local = useLocalTime();
  const [hiddenOf, setHiddenOf] = useState<{ outcome: QueryOutcome; hidden: ReadonlySet<number> } | null>(null);
  const [highlighted, setHighlighted] = useState<number | null>(null);
  const [point, setPoint] = useState<number | null>(null);
  // A new answer may hold other series: what was hidden belongs to the old one.
  const hidden = hiddenOf?.outcome === outcome ? hiddenOf.hidden : kNoneHidden;
  const setHidden = useCallback((next: ReadonlySet<number>) => setHiddenOf({ outcome, hidden: next }), [outcome]);

  const { all, candidates, drawn, data } = useMemo(() => {
    const result = outcome.data.resultType === 'matrix' ? (outcome.data.result ?? []) : [];
    const withValues = result.filter((series) => series.values?.length);
    const first = withValues.slice(0, kSeriesDrawn);
    return { all: result, candidates: withValues.length, drawn: first, data: toColumns(first, outcome) };
  }, [outcome]);

  if (all.length === 0) {
    return <Empty title="The result is empty">No series match in this range. Check the range, the selectors and the endpoints asked.</Empty>;
  }
  const notes = notesOn(all, drawn.length, candidates);
  return (
    <>
      <Notice tone="info" lines={notes} />
      {drawn.length > 0 && (
        <>
          <Chart
            data={data}
            stacked={stacked}
            hidden={hidden}
            highlighted={highlighted}
            theme={theme}
            local={local}
            describe={(series, at) => {
              const { __name__: name = '', ...labels } = drawn[series]!.metric;
              const pairs = Object.entries(labels);
              const value = data.columns[series]![at];
              return {
                time: formatTime(data.times[at]! * 1000, local),
                name: name || (pairs.length === 0 ? seriesName({}) : ''),
                value: value === null || value === undefined ? '–' : `${value}`.length <= 12 ? String(value) : shortNumber(value, 8),
                color: seriesColor(series, theme),
                labels: pairs,
              };
            }}
            onHover={setPoint}
            onSelect={onSelect}
          />
          <Legend
            series={drawn}
            columns={data.columns}
            hidden={hidden}
            theme={theme}
            point={point}
            onHidden={setHidden}
            onHighlight={setHighlighted}
          />
        </>
      )}
    </>
  );
}
