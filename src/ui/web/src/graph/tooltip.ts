// The box beside the pointer: the sample of the series nearest to it.
import type uPlot from 'uplot';

export interface TooltipText {
  time: string;
  name: string;
  value: string;
  color: string;
  labels: Array<readonly [name: string, value: string]>;
}

const kGap = 14;
const kLabelsShown = 12;

function nearestSeries(chart: uPlot, point: number): number | null {
  const top = chart.cursor.top ?? -1;
  let best: number | null = null;
  let bestDistance = Infinity;
  for (let i = 1; i < chart.series.length; i++) {
    const value = chart.series[i]!.show ? chart.data[i]![point] : null;
    if (value === null || value === undefined) continue;
    const distance = Math.abs(chart.valToPos(value, 'y') - top);
    if (distance < bestDistance) {
      best = i;
      bestDistance = distance;
    }
  }
  return best;
}

function element(className: string, text = ''): HTMLElement {
  const node = document.createElement('div');
  node.className = className;
  node.textContent = text;
  return node;
}

function fill(box: HTMLElement, text: TooltipText) {
  const head = element('tip-head');
  const swatch = element('swatch');
  swatch.style.background = text.color;
  head.append(swatch, element('tip-value', text.value));
  const rows = text.labels.slice(0, kLabelsShown).map(([name, value]) => {
    const row = element('tip-label');
    row.append(element('tip-key', name), element('tip-text', value));
    return row;
  });
  const rest = text.labels.length - rows.length;
  box.replaceChildren(
    element('tip-time', text.time),
    head,
    ...(text.name ? [element('tip-name', text.name)] : []),
    ...rows,
    ...(rest > 0 ? [element('tip-time', `${rest} more labels`)] : []),
  );
}

function place(box: HTMLElement, over: HTMLElement, left: number, top: number) {
  const flip = left + kGap + box.offsetWidth > over.clientWidth;
  const x = flip ? Math.max(left - kGap - box.offsetWidth, 0) : left + kGap;
  const y = Math.min(Math.max(top - box.offsetHeight / 2, 0), Math.max(over.clientHeight - box.offsetHeight, 0));
  box.style.transform = `translate(${Math.round(x)}px, ${Math.round(y)}px)`;
}

export function tooltip(describe: (series: number, point: number) => TooltipText): uPlot.Plugin {
  const box = element('tip');
  box.hidden = true;
  return {
    hooks: {
      init: (chart: uPlot) => void chart.over.appendChild(box),
      setCursor: (chart: uPlot) => {
        const { idx, left = -1, top = -1 } = chart.cursor;
        const series = idx === null || idx === undefined || left < 0 ? null : nearestSeries(chart, idx);
        box.hidden = series === null;
        if (series === null) return;
        fill(box, describe(series - 1, idx!));
        place(box, chart.over, left, top);
      },
    },
  };
}
