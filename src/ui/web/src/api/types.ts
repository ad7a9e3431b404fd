// The answers of the HTTP API, as far as the page reads them.

export type Labels = Record<string, string>;

export interface Histogram {
  count: string;
  sum: string;
  buckets?: [rule: number, from: string, to: string, count: string][];
}

export type Sample = [seconds: number, value: string];
export type HistogramSample = [seconds: number, histogram: Histogram];

export interface VectorSample {
  metric: Labels;
  value?: Sample;
  histogram?: HistogramSample;
}

export interface MatrixSeries {
  metric: Labels;
  values?: Sample[];
  histograms?: HistogramSample[];
}

export type QueryResult =
  | { resultType: 'vector'; result: VectorSample[] | null }
  | { resultType: 'matrix'; result: MatrixSeries[] | null }
  | { resultType: 'scalar' | 'string'; result: Sample };

export interface Fanout {
  endpointAddr?: string;
  duration?: string;
  bytesProcessed?: number;
  numResponses?: number;
  series?: number;
  chunks?: number;
  samples?: number;
}

export interface Analysis {
  name?: string;
  executionTime?: string;
  peakSamples?: number;
  totalSamples?: number;
  fanout?: Fanout[];
  children?: Analysis[];
}

export type QueryData = QueryResult & { analysis?: Analysis; warnings?: unknown[] };

export interface Endpoint {
  name: string;
  lastCheck: string;
  lastError: string | null;
  labelSets: Labels[] | null;
  minTime: number;
  maxTime: number;
}
export type Endpoints = Record<string, Endpoint[] | null>;

export type AlertState = 'firing' | 'pending' | 'inactive';

export interface Alert {
  labels: Labels;
  annotations: Labels;
  state: AlertState;
  activeAt?: string;
  value: string;
}

export interface Rule {
  type: 'alerting' | 'recording';
  name: string;
  query: string;
  health: string;
  labels: Labels | null;
  lastError?: string;
  evaluationTime: number;
  lastEvaluation: string;
  state?: AlertState;
  duration?: number;
  keepFiringFor?: number;
  annotations?: Labels | null;
  alerts?: Alert[];
}

export interface RuleGroup {
  name: string;
  file: string;
  rules: Rule[] | null;
  interval: number;
  evaluationTime: number;
  lastEvaluation: string;
}

export interface Target {
  discoveredLabels: Labels;
  labels: Labels;
  scrapePool: string;
  scrapeUrl: string;
  globalUrl: string;
  lastError: string;
  lastScrape: string;
  lastScrapeDuration: number;
  health: string;
}

export interface Targets {
  activeTargets: Target[] | null;
  droppedTargets: { discoveredLabels: Labels }[] | null;
}

export interface Block {
  ulid: string;
  minTime: number;
  maxTime: number;
  stats?: { numSamples?: number; numSeries?: number; numChunks?: number };
  compaction?: { level?: number };
  thanos?: {
    labels?: Labels | null;
    downsample?: { resolution?: number };
    source?: string;
    files?: { rel_path: string; size_bytes?: number }[] | null;
  };
}

export interface Blocks {
  label: string;
  blocks: Block[] | null;
  refreshedAt: string;
  err: unknown;
}

export type Flags = Record<string, string>;
