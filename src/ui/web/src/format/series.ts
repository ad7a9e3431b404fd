// Names of series in PromQL's own notation.
import type { Histogram, Labels } from '../api/types';

const kPlainName = /^[a-zA-Z_:][a-zA-Z0-9_:]*$/;
const kPlainLabel = /^[a-zA-Z_][a-zA-Z0-9_]*$/;

export function quoted(text: string): string {
  return `"${text.replace(/\\/g, '\\\\').replace(/"/g, '\\"').replace(/\n/g, '\\n')}"`;
}

export function labelName(name: string): string {
  return kPlainLabel.test(name) ? name : quoted(name);
}

export function seriesName(labels: Labels): string {
  const { __name__: name = '', ...rest } = labels;
  const plain = kPlainName.test(name);
  const pairs = Object.entries(rest).map(([key, value]) => `${labelName(key)}=${quoted(value)}`);
  if (name !== '' && !plain) pairs.unshift(quoted(name));
  return `${plain ? name : ''}{${pairs.join(', ')}}`;
}

// How a bucket includes its bounds, by the API's boundary rule.
const kBrackets: ReadonlyArray<readonly [string, string]> = [
  ['(', ']'],
  ['[', ')'],
  ['(', ')'],
  ['[', ']'],
];

export function histogramLines(histogram: Histogram): string[] {
  const lines = [`count: ${histogram.count}   sum: ${histogram.sum}`];
  for (const [rule, from, to, count] of histogram.buckets ?? []) {
    const [open, close] = kBrackets[rule] ?? ['[', ']'];
    lines.push(`${open}${from}, ${to}${close}: ${count}`);
  }
  return lines;
}
