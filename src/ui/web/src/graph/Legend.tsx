// The series of a graph. A click shows one alone, with Ctrl or Cmd it hides or shows one of many.
import { useState, type MouseEvent } from 'react';
import type { MatrixSeries } from '../api/types';
import { shortNumber } from '../format/value';
import type { Theme } from '../theme';
import { lastValue, type Column } from './chart_data';
import { seriesColor } from './palette';
import { SeriesLabel } from './SeriesLabel';

const kRowsShown = 30;

interface Props {
  series: readonly MatrixSeries[];
  columns: readonly Column[];
  hidden: ReadonlySet<number>;
  theme: Theme;
  point: number | null;
  onHidden: (hidden: ReadonlySet<number>) => void;
  onHighlight: (series: number | null) => void;
}

function nextHidden(hidden: ReadonlySet<number>, clicked: number, count: number, many: boolean): ReadonlySet<number> {
  if (many) {
    const next = new Set(hidden);
    if (!next.delete(clicked)) next.add(clicked);
    return next.size === count ? new Set() : next;
  }
  const alone = !hidden.has(clicked) && hidden.size === count - 1;
  return alone ? new Set() : new Set(Array.from({ length: count }, (_, i) => i).filter((i) => i !== clicked));
}

export function Legend({ series, columns, hidden, theme, point, onHidden, onHighlight }: Props) {
  const [all, setAll] = useState(false);
  const shown = all ? series : series.slice(0, kRowsShown);
  const toggle = (event: MouseEvent, i: number) =>
    onHidden(nextHidden(hidden, i, series.length, event.ctrlKey || event.metaKey || event.shiftKey));
  const valueOf = (i: number) => {
    const column = columns[i]!;
    const value = point === null ? lastValue(column) : (column[point] ?? null);
    return value === null ? '–' : shortNumber(value, 5);
  };
  return (
    <div className="legend" onMouseLeave={() => onHighlight(null)}>
      {shown.map(({ metric }, i) => (
        <button
          key={i}
          type="button"
          className={`legend-row${hidden.has(i) ? ' is-hidden' : ''}`}
          aria-pressed={!hidden.has(i)}
          onClick={(event) => toggle(event, i)}
          onMouseEnter={() => onHighlight(i)}
        >
          <span className="swatch" style={{ background: seriesColor(i, theme) }} />
          <SeriesLabel metric={metric} />
          <span className="legend-value">{valueOf(i)}</span>
        </button>
      ))}
      <div className="legend-foot">
        {shown.length < series.length && (
          <button className="link-button" onClick={() => setAll(true)}>
            {series.length - shown.length} more series
          </button>
        )}
        {series.length > 1 && <span className="muted">Click shows one series alone, Ctrl+click hides or shows one. Drag in the graph to zoom.</span>}
      </div>
    </div>
  );
}
