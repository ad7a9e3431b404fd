// Runs a panel's query whenever what it asks changes or the reader says so; a newer run ends the older one.
import { useEffect, useRef, useState } from 'react';
import { rememberQuery } from './history';
import type { PanelOptions } from './panel_options';
import { runQuery, type QueryOutcome } from './run_query';
import { resolved, type ServerDefaults } from './server_defaults';

export interface QueryState {
  outcome: QueryOutcome | null;
  error: string | null;
  running: boolean;
}

interface Input {
  options: PanelOptions;
  defaults: ServerDefaults | null; // null: not known yet, the query waits
  forceTracing: boolean;
  explain: boolean;
  round: number;
}

const kIdle: QueryState = { outcome: null, error: null, running: false };

// Everything the answer depends on; how it is drawn is left out.
function question({ options, defaults, ...rest }: Input): string | null {
  if (defaults === null) return null;
  const { stacked: _drawing, ...asked } = options;
  return JSON.stringify([asked, resolved(options, defaults), rest]);
}

export function useQuery(input: Input): QueryState & { stop: () => void } {
  const [state, setState] = useState<QueryState>(kIdle);
  const running = useRef<AbortController | null>(null);
  const key = question(input);
  useEffect(() => {
    const { options, defaults, forceTracing, explain } = input;
    if (defaults === null) return;
    if (options.expr.trim() === '') {
      setState(kIdle);
      return;
    }
    const controller = new AbortController();
    running.current = controller;
    // The old answer stays on screen while the new one is fetched, unless the other tab is shown now.
    setState(({ outcome }) => ({ outcome: outcome?.tab === options.tab ? outcome : null, error: null, running: true }));
    rememberQuery(options.expr);
    runQuery({ options, defaults, forceTracing, explain }, controller.signal)
      .then((outcome) => setState({ outcome, error: null, running: false }))
      .catch((error: Error) => {
        if (controller.signal.aborted) return;
        setState({ outcome: null, error: error.message, running: false });
      });
    return () => controller.abort();
    // `key` is the whole question.
  }, [key]);
  const stop = () => {
    running.current?.abort();
    setState((previous) => ({ ...previous, running: false }));
  };
  return { ...state, stop };
}
