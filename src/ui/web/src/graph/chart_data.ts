// From the answer of a range query to columns on one grid of steps, as the chart wants them.
import type { MatrixSeries } from '../api/types';
import { parseSample } from '../format/value';

export type Column = (number | null)[];

export interface ChartData {
  times: number[];
  columns: Column[];
}

const kPointCountMax = 20_000;

interface Grid {
  startSeconds: number;
  endSeconds: number;
  stepSeconds: number;
}

// Samples that cannot be drawn (NaN, infinities, histograms) leave a gap.
export function toColumns(series: readonly MatrixSeries[], grid: Grid): ChartData {
  const { startSeconds, endSeconds, stepSeconds } = grid;
  const count = Math.min(Math.floor((endSeconds - startSeconds) / stepSeconds + 1e-6) + 1, kPointCountMax);
  const times = Array.from({ length: count }, (_, i) => startSeconds + i * stepSeconds);
  const columns = series.map(({ values }) => {
    const column: Column = new Array<number | null>(count).fill(null);
    for (const [seconds, text] of values ?? []) {
      const i = Math.round((seconds - startSeconds) / stepSeconds);
      const value = parseSample(text);
      if (i >= 0 && i < count && Number.isFinite(value)) column[i] = value;
    }
    return column;
  });
  return { times, columns };
}

// Running sums from the last series up; a hidden series adds nothing and draws nothing.
export function stackColumns(columns: readonly Column[], hidden: ReadonlySet<number>): Column[] {
  const count = columns[0]?.length ?? 0;
  const sums = new Float64Array(count);
  const stacked: Column[] = new Array<Column>(columns.length);
  for (let s = columns.length - 1; s >= 0; s--) {
    const column = columns[s]!;
    const out: Column = new Array<number | null>(count).fill(null);
    if (!hidden.has(s)) {
      for (let i = 0; i < count; i++) {
        const value = column[i];
        if (value === null || value === undefined) continue;
        sums[i]! += value;
        out[i] = sums[i]!;
      }
    }
    stacked[s] = out;
  }
  return stacked;
}

export function lastValue(column: Column): number | null {
  for (let i = column.length - 1; i >= 0; i--) {
    const value = column[i];
    if (value !== null && value !== undefined) return value;
  }
  return null;
}
