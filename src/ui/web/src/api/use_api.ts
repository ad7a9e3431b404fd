// An answer of the API as a component's state, with a way to ask again.
import { useCallback, useEffect, useState } from 'react';
import { apiGet } from './client';

export interface ApiState<T> {
  data: T | null;
  warnings: string[];
  error: string | null;
  loading: boolean;
  reload: () => void;
}

export function useApi<T>(path: string): ApiState<T> {
  const [state, setState] = useState<Omit<ApiState<T>, 'reload'>>({
    data: null, warnings: [], error: null, loading: true,
  });
  const [round, setRound] = useState(0);
  useEffect(() => {
    const abort = new AbortController();
    setState((previous) => ({ ...previous, loading: true }));
    apiGet<T>(path, abort.signal)
      .then(({ data, warnings }) => setState({ data, warnings, error: null, loading: false }))
      .catch((error: Error) => {
        if (abort.signal.aborted) return;
        setState((previous) => ({ ...previous, error: error.message, loading: false }));
      });
    return () => abort.abort();
  }, [path, round]);
  const reload = useCallback(() => setRound((n) => n + 1), []);
  return { ...state, reload };
}
