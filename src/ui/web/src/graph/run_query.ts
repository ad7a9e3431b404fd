// One query of one panel: what is sent, and what came back with the time it took.
import { apiPost } from '../api/client';
import type { Analysis, QueryData } from '../api/types';
import { quoted } from '../format/series';
import { shell } from '../shell';
import { stepFor, type PanelOptions } from './panel_options';
import { resolved, type ServerDefaults } from './server_defaults';

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
  explanation: Analysis | null;
}

function seriesCountOf(data: QueryData): number {
  return data.resultType === 'vector' || data.resultType === 'matrix' ? (data.result?.length ?? 0) : 1;
}

export interface QueryRequest {
  options: PanelOptions;
  defaults: ServerDefaults;
  forceTracing: boolean;
  explain: boolean;
}

interface Grid {
  startSeconds: number;
  endSeconds: number;
  stepSeconds: number;
}

function formOf({ options, defaults }: QueryRequest, grid: Grid): URLSearchParams {
  const choice = resolved(options, defaults);
  const form = new URLSearchParams({
    query: options.expr,
    dedup: String(options.deduplicate),
    partial_response: String(choice.partialResponse),
    engine: choice.engine,
    analyze: String(options.analyze && choice.engine === 'thanos'),
  });
  for (const name of options.stores) form.append('storeMatch[]', `{__address__=${quoted(name)}}`);
  if (options.tab === 'table') {
    form.set('time', String(grid.endSeconds));
    return form;
  }
  form.set('start', String(grid.startSeconds));
  form.set('end', String(grid.endSeconds));
  form.set('step', String(grid.stepSeconds));
  form.set('max_source_resolution', choice.maxSourceResolution);
  return form;
}

function headersOf({ options, forceTracing }: QueryRequest): Record<string, string> {
  return {
    ...(forceTracing ? { 'X-Thanos-Force-Tracing': 'true' } : {}),
    ...(options.tenant === '' ? {} : { [shell.tenantHeader]: options.tenant }),
  };
}

export async function runQuery(request: QueryRequest, signal: AbortSignal): Promise<QueryOutcome> {
  const { options, defaults, explain } = request;
  const endSeconds = (options.endMs ?? Date.now()) / 1000;
  const grid = {
    startSeconds: endSeconds - options.rangeMs / 1000,
    endSeconds,
    stepSeconds: stepFor(options, defaults.stepSeconds),
  };
  const path = options.tab === 'graph' ? '/api/v1/query_range' : '/api/v1/query';
  const form = formOf(request, grid);
  const headers = headersOf(request);
  const began = performance.now();
  const answer = await apiPost<QueryData>(path, form, { signal, headers });
  const tookMs = performance.now() - began;
  const explained = explain ? await apiPost<Analysis>(`${path}_explain`, form, { signal, headers }) : null;
  return {
    ...grid,
    tab: options.tab,
    expr: options.expr,
    data: answer.data,
    warnings: answer.warnings,
    infos: answer.infos,
    tookMs,
    seriesCount: seriesCountOf(answer.data),
    traceId: answer.headers.get('X-Thanos-Trace-Id'),
    explanation: explained?.data ?? null,
  };
}
