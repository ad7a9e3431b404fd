// One query of one panel: what is sent, and what came back with the time it took.
import { apiPost } from '../api/client';
import type { QueryData } from '../api/types';
import { shell } from '../shell';
import { stepFor, type PanelOptions } from './panel_options';
import { resolved, type ServerDefaults } from './server_defaults';
import { quoted } from '../format/series';

export interface QueryOutcome {
  tab: 'graph' | 'table';
  expr: string;
  data: QueryData;
  warnings: string[];
  infos: string[];
  startSeconds: number;
  endSeconds: number;
  stepSeconds: number;
  tookMs: number;
  seriesCount: number;
  traceId: string | null;
}

function seriesCountOf(data: QueryData): number {
  return data.resultType === 'vector' || data.resultType === 'matrix' ? (data.result?.length ?? 0) : 1;
}

interface Options {
  options: PanelOptions;
  defaults: ServerDefaults;
  forceTracing: boolean;
  signal: AbortSignal;
}

export async function runQuery({ options, defaults, forceTracing, signal }: Options): Promise<QueryOutcome> {
  const choice = resolved(options, defaults);
  const graph = options.tab === 'graph';
  const end = (options.endMs ?? Date.now()) / 1000;
  const start = end - options.rangeMs / 1000;
  const step = stepFor(options, defaults.stepSeconds);
  const form = new URLSearchParams({
    query: options.expr,
    dedup: String(options.deduplicate),
    partial_response: String(choice.partialResponse),
    engine: choice.engine,
    analyze: String(options.analyze && choice.engine === 'thanos'),
  });
  for (const name of options.stores) form.append('storeMatch[]', `{__address__=${quoted(name)}}`);
  if (graph) {
    form.set('start', String(start));
    form.set('end', String(end));
    form.set('step', String(step));
    form.set('max_source_resolution', choice.maxSourceResolution);
  } else {
    form.set('time', String(end));
  }
  const headers: Record<string, string> = {};
  if (forceTracing) headers['X-Thanos-Force-Tracing'] = 'true';
  if (options.tenant !== '') headers[shell.tenantHeader] = options.tenant;

  const began = performance.now();
  const answer = await apiPost<QueryData>(graph ? '/api/v1/query_range' : '/api/v1/query', form, { signal, headers });
  return {
    tab: options.tab,
    expr: options.expr,
    data: answer.data,
    warnings: answer.warnings,
    infos: answer.infos,
    startSeconds: start,
    endSeconds: end,
    stepSeconds: step,
    tookMs: performance.now() - began,
    seriesCount: seriesCountOf(answer.data),
    traceId: answer.headers.get('X-Thanos-Trace-Id'),
  };
}
