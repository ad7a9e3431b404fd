// The drawing itself: uPlot, rebuilt whenever what it shows changes, told apart by hovering and dragging.
import { useEffect, useRef } from 'react';
import uPlot from 'uplot';
import 'uplot/dist/uPlot.min.css';
import { timeTicks } from '../format/time';
import { axisNumbers } from '../format/value';
import type { Theme } from '../theme';
import { stackColumns, type ChartData } from './chart_data';
import { seriesColor } from './palette';
import { tooltip, type TooltipText } from './tooltip';

const kAspect = 0.34;
const kHeightMin = 260;
const kHeightMax = 460;
// Fills of many stacked series hide each other's lines when drawn solid.
const kFillAlpha = '59';

interface Props {
  data: ChartData;
  stacked: boolean;
  hidden: ReadonlySet<number>;
  highlighted: number | null;
  theme: Theme;
  local: boolean;
  describe: (series: number, point: number) => TooltipText;
  onHover: (point: number | null) => void;
  onSelect: (fromSeconds: number, toSeconds: number) => void;
}

function cssColor(name: string): string {
  return getComputedStyle(document.documentElement).getPropertyValue(name).trim();
}

function translucent(color: string): string {
  return color.startsWith('#') ? color + kFillAlpha : color.replace(')', ' / 0.35)');
}

function heightFor(width: number): number {
  return Math.round(Math.min(Math.max(width * kAspect, kHeightMin), kHeightMax));
}

function axis(side: 'x' | 'y', local: boolean): uPlot.Axis {
  const base: uPlot.Axis = {
    stroke: cssColor('--text-muted'),
    font: '12px system-ui, sans-serif',
    grid: { stroke: cssColor('--grid'), width: 1 },
    ticks: { stroke: cssColor('--grid'), width: 1, size: 5 },
  };
  if (side === 'x') return { ...base, space: 70, size: 46, values: (_chart, ticks, _axis, _space, step) => timeTicks(ticks, step, local) };
  return {
    ...base,
    values: (_chart, ticks) => axisNumbers(ticks),
    size: (chart, values) => {
      const longest = (values ?? []).reduce((max, text) => Math.max(max, text.length), 3);
      return Math.max(44, longest * 7 + 16) + (chart.axes[1]?.gap ?? 0);
    },
  };
}

function optionsFor(props: Props, width: number, callbacks: React.RefObject<Props>): uPlot.Options {
  const { data, stacked, hidden, theme, local } = props;
  const from = data.times[0] ?? 0;
  const to = data.times[data.times.length - 1] ?? 1;
  const series = data.columns.map((_, i): uPlot.Series => {
    const color = seriesColor(i, theme);
    return {
      stroke: color,
      width: 1.5,
      show: !hidden.has(i),
      ...(stacked ? { fill: translucent(color) } : {}),
      points: { size: 4, fill: color },
    };
  });
  // Each stacked series fills down to the next visible one below it.
  const visible = data.columns.map((_, i) => i + 1).filter((i) => !hidden.has(i - 1));
  const bands = stacked ? visible.slice(0, -1).map((top, k): uPlot.Band => ({ series: [top, visible[k + 1]!] })) : [];
  return {
    width,
    height: heightFor(width),
    padding: [12, 12, 0, 0],
    legend: { show: false },
    focus: { alpha: 0.25 },
    cursor: {
      focus: { prox: 16 },
      drag: { x: true, y: false, setScale: false },
      points: { size: 7, width: 2, stroke: (_chart, i) => seriesColor(i - 1, theme), fill: cssColor('--surface') },
    },
    scales: {
      x: { range: () => (to > from ? [from, to] : [from - 30, to + 30]) },
      y: {
        range: (_chart, min, max) => {
          if (min === null || max === null) return [0, 1];
          const low = stacked ? Math.min(min, 0) : min;
          const high = stacked ? Math.max(max, 0) : max;
          if (low === high) return uPlot.rangeNum(low - Math.abs(low || 1) * 0.5, high + Math.abs(high || 1) * 0.5, 0.1, true);
          return uPlot.rangeNum(low, high, 0.08, true);
        },
      },
    },
    axes: [axis('x', local), axis('y', local)],
    series: [{}, ...series],
    bands,
    tzDate: (seconds) => (local ? new Date(seconds * 1000) : uPlot.tzDate(new Date(seconds * 1000), 'Etc/UTC')),
    hooks: {
      setCursor: [(chart) => callbacks.current.onHover(chart.cursor.idx ?? null)],
      setSelect: [
        (chart) => {
          const { left, width: span } = chart.select;
          chart.setSelect({ left: 0, top: 0, width: 0, height: 0 }, false);
          if (span > 4) callbacks.current.onSelect(chart.posToVal(left, 'x'), chart.posToVal(left + span, 'x'));
        },
      ],
    },
    plugins: [tooltip((seriesIndex, point) => callbacks.current.describe(seriesIndex, point))],
  };
}

export function Chart(props: Props) {
  const host = useRef<HTMLDivElement>(null);
  const plot = useRef<uPlot | null>(null);
  const callbacks = useRef(props);
  useEffect(() => {
    callbacks.current = props;
  });

  const { data, stacked, hidden, theme, local, highlighted } = props;
  useEffect(() => {
    const element = host.current!;
    const columns = stacked ? stackColumns(data.columns, hidden) : data.columns;
    const chart = new uPlot(optionsFor(props, element.clientWidth, callbacks), [data.times, ...columns] as uPlot.AlignedData, element);
    plot.current = chart;
    const observer = new ResizeObserver(() => {
      const width = element.clientWidth;
      if (width > 0 && width !== chart.width) chart.setSize({ width, height: heightFor(width) });
    });
    observer.observe(element);
    return () => {
      observer.disconnect();
      chart.destroy();
      plot.current = null;
    };
    // `props` is read once a build; handlers are reached through `callbacks`.
  }, [data, stacked, hidden, theme, local]);

  useEffect(() => {
    plot.current?.setSeries(highlighted === null ? null : highlighted + 1, { focus: true });
  }, [highlighted]);

  return <div className="chart" ref={host} role="img" aria-label="Graph of the result; the list below names its series" />;
}
