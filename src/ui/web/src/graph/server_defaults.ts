// What the server's flags say about queries; a component that hides its flags gets upstream's defaults.
import type { Flags } from '../api/types';
import { parseDuration } from '../format/duration';
import type { PanelOptions } from './panel_options';

export interface ServerDefaults {
  stepSeconds: number;
  engine: string;
  partialResponse: boolean;
  maxSourceResolution: string;
  distributed: boolean;
}

export function defaultsFrom(flags: Flags | null): ServerDefaults {
  const distributed = flags?.['query.mode'] === 'distributed';
  return {
    stepSeconds: (parseDuration(flags?.['query.default-step'] ?? '1s') ?? 1000) / 1000,
    engine: distributed ? 'thanos' : (flags?.['query.promql-engine'] ?? 'prometheus'),
    partialResponse: flags?.['query.partial-response'] !== 'false',
    maxSourceResolution: flags?.['query.auto-downsampling'] === 'true' ? 'auto' : '0s',
    distributed,
  };
}

// The options with every open choice filled in.
export function resolved(options: PanelOptions, defaults: ServerDefaults) {
  return {
    engine: options.engine ?? defaults.engine,
    partialResponse: options.partialResponse ?? defaults.partialResponse,
    maxSourceResolution: options.maxSourceResolution ?? defaults.maxSourceResolution,
  };
}
