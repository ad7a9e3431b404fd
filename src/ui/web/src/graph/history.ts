// Expressions run before, newest first.
import { readStored, writeStored } from '../stored';

const kKey = 'history';
const kCountMax = 50;

export function pastQueries(): string[] {
  try {
    const list: unknown = JSON.parse(readStored(kKey) ?? '[]');
    return Array.isArray(list) ? list.filter((item): item is string => typeof item === 'string') : [];
  } catch {
    return [];
  }
}

export function rememberQuery(expr: string) {
  const text = expr.trim();
  if (text === '') return;
  const list = [text, ...pastQueries().filter((item) => item !== text)].slice(0, kCountMax);
  writeStored(kKey, JSON.stringify(list));
}
