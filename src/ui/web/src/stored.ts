// State kept in the browser's storage; a refused storage only loses the keeping.
import { useCallback, useState } from 'react';

export function readStored(key: string): string | null {
  try {
    return localStorage.getItem(key);
  } catch {
    return null;
  }
}

export function writeStored(key: string, text: string) {
  try {
    localStorage.setItem(key, text);
  } catch {
    // Refused or full: the value lives as long as the page.
  }
}

export function useStored<T extends string>(
  key: string,
  fallback: T,
  parse: (text: string) => T | undefined,
): [T, (value: T) => void] {
  const [value, setValue] = useState<T>(() => parse(readStored(key) ?? '') ?? fallback);
  const set = useCallback(
    (next: T) => {
      setValue(next);
      writeStored(key, next);
    },
    [key],
  );
  return [value, set];
}

export function useStoredFlag(key: string, fallback: boolean): [boolean, (value: boolean) => void] {
  const [text, setText] = useStored<'true' | 'false'>(key, fallback ? 'true' : 'false', (stored) =>
    stored === 'true' || stored === 'false' ? stored : undefined,
  );
  return [text === 'true', (value) => setText(value ? 'true' : 'false')];
}
