// A panel's options and their form in a link: g0.expr=…&g0.tab=0&…, as Prometheus and Thanos write it.
// Times in links are UTC; tab 0 is the graph and tab 1 the table.
import { formatDuration, parseDuration } from '../format/duration';
import { formatTime, parseTime } from '../format/time';

export interface PanelOptions {
  expr: string;
  tab: 'graph' | 'table';
  rangeMs: number;
  endMs: number | null; // null: now
  stepSeconds: number | null; // null: chosen from the range
  stacked: boolean;
  // Null where the link says nothing: the server's flags decide.
  maxSourceResolution: string | null;
  partialResponse: boolean | null;
  engine: string | null;
  deduplicate: boolean;
  stores: string[];
  analyze: boolean;
  tenant: string;
}

export const kDefaultOptions: PanelOptions = {
  expr: '',
  tab: 'table',
  rangeMs: 3_600_000,
  endMs: null,
  stepSeconds: null,
  stacked: false,
  maxSourceResolution: null,
  partialResponse: null,
  engine: null,
  deduplicate: true,
  stores: [],
  analyze: false,
  tenant: '',
};

// A hostile link must not open thousands of editors.
const kPanelCountMax = 50;

function storesFrom(json: string): string[] {
  try {
    const list: unknown = JSON.parse(json);
    if (!Array.isArray(list)) return [];
    return list.flatMap((item: unknown) => {
      const name = (item as { name?: unknown } | null)?.name;
      return typeof name === 'string' ? [name] : [];
    });
  } catch {
    return [];
  }
}

function stepFrom(text: string): Partial<PanelOptions> {
  const plain = /^\d+(\.\d+)?$/.test(text) ? Number(text) : (parseDuration(text) ?? 0) / 1000;
  return plain > 0 ? { stepSeconds: plain } : {};
}

function timeFrom(text: string): Partial<PanelOptions> {
  const endMs = parseTime(text, false);
  return endMs === null ? {} : { endMs };
}

function rangeFrom(text: string): Partial<PanelOptions> {
  const rangeMs = parseDuration(text);
  return rangeMs !== null && rangeMs > 0 ? { rangeMs } : {};
}

// One row a parameter. The last two, and words for tabs, are how newer Prometheus pages write it.
const kReaders = new Map<string, (text: string) => Partial<PanelOptions>>(Object.entries({
  expr: (text: string) => ({ expr: text }),
  tab: (text: string) => ({ tab: text === '0' || text === 'graph' ? 'graph' : 'table' }),
  stacked: (text: string) => ({ stacked: text === '1' }),
  range_input: rangeFrom,
  end_input: timeFrom,
  moment_input: timeFrom,
  step_input: stepFrom,
  max_source_resolution: (text: string) => ({ maxSourceResolution: text }),
  deduplicate: (text: string) => ({ deduplicate: text === '1' }),
  partial_response: (text: string) => ({ partialResponse: text === '1' }),
  store_matches: (text: string) => ({ stores: storesFrom(text) }),
  engine: (text: string) => (text === '' ? {} : { engine: text }),
  analyze: (text: string) => ({ analyze: text === '1' }),
  tenant: (text: string) => ({ tenant: text }),
  res_step: stepFrom,
  display_mode: (text: string) => ({ stacked: text === 'stacked' }),
}));

export function decodePanels(query: string): PanelOptions[] {
  const panels = new Map<number, PanelOptions>();
  for (const [key, value] of new URLSearchParams(query)) {
    const match = /^g(\d{1,4})\.([a-z_]+)$/.exec(key);
    if (!match) continue;
    const index = Number(match[1]);
    const options = panels.get(index) ?? kDefaultOptions;
    if (!panels.has(index) && panels.size >= kPanelCountMax) continue;
    const read = kReaders.get(match[2]!);
    panels.set(index, read ? { ...options, ...read(value) } : options);
  }
  return [...panels.entries()].sort(([a], [b]) => a - b).map(([, options]) => options);
}

function encodePanel(options: PanelOptions, index: number): string {
  const flag = (on: boolean) => (on ? '1' : '0');
  const end = options.endMs === null ? null : formatTime(options.endMs, false);
  const pairs: Array<readonly [string, string | null]> = [
    ['expr', options.expr],
    ['tab', options.tab === 'graph' ? '0' : '1'],
    ['stacked', flag(options.stacked)],
    ['range_input', formatDuration(options.rangeMs)],
    ['end_input', end],
    ['moment_input', end],
    ['step_input', options.stepSeconds === null ? null : String(options.stepSeconds)],
    ['max_source_resolution', options.maxSourceResolution],
    ['deduplicate', flag(options.deduplicate)],
    ['partial_response', options.partialResponse === null ? null : flag(options.partialResponse)],
    ['store_matches', options.stores.length === 0 ? null : JSON.stringify(options.stores.map((name) => ({ name })))],
    ['engine', options.engine],
    ['analyze', options.analyze ? '1' : null],
    ['tenant', options.tenant === '' ? null : options.tenant],
  ];
  return pairs
    .filter((pair): pair is readonly [string, string] => pair[1] !== null)
    .map(([name, value]) => `g${index}.${name}=${encodeURIComponent(value)}`)
    .join('&');
}

export function encodePanels(panels: readonly PanelOptions[]): string {
  return `?${panels.map(encodePanel).join('&')}`;
}

// Steps that divide days evenly, so that answers can be cached and shared between readers.
const kCommonSteps = [1, 5, 10, 15, 20, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 10800, 21600, 43200];

// About 250 points over the range, never finer than the server's default step.
export function stepFor(options: Pick<PanelOptions, 'rangeMs' | 'stepSeconds'>, defaultStepSeconds: number): number {
  if (options.stepSeconds !== null) return options.stepSeconds;
  const wanted = Math.max(Math.floor(options.rangeMs / 250_000), defaultStepSeconds);
  const coarsest = kCommonSteps[kCommonSteps.length - 1]!;
  return kCommonSteps.find((step) => step >= wanted) ?? Math.ceil(wanted / coarsest) * coarsest;
}
