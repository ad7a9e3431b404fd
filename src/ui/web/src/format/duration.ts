// Prometheus durations: 1h30m, 90d, 250ms.

const kUnits: ReadonlyArray<readonly [unit: string, ms: number, onlyExact: boolean]> = [
  ['y', 31_536_000_000, true],
  ['w', 604_800_000, true],
  ['d', 86_400_000, false],
  ['h', 3_600_000, false],
  ['m', 60_000, false],
  ['s', 1000, false],
  ['ms', 1, false],
];

const kPattern = /^(?:(\d+)y)?(?:(\d+)w)?(?:(\d+)d)?(?:(\d+)h)?(?:(\d+)m)?(?:(\d+)s)?(?:(\d+)ms)?$/;

// Milliseconds, or null when the text is no duration.
export function parseDuration(text: string): number | null {
  const trimmed = text.trim();
  if (trimmed === '') return null;
  if (trimmed === '0') return 0;
  const match = kPattern.exec(trimmed);
  if (!match) return null;
  return kUnits.reduce((sum, [, ms], i) => sum + Number(match[i + 1] ?? 0) * ms, 0);
}

// Years and weeks appear only when nothing is left over: 90d reads better than 12w6d.
export function formatDuration(totalMs: number): string {
  let rest = Math.round(totalMs);
  if (rest <= 0) return '0s';
  let text = '';
  for (const [unit, ms, onlyExact] of kUnits) {
    if (onlyExact && rest % ms !== 0) continue;
    const count = Math.floor(rest / ms);
    if (count > 0) text += `${count}${unit}`;
    rest -= count * ms;
  }
  return text;
}

// A span of time for reading, two units at most: "3d 4h", "12.4s", "85ms".
export function readableSpan(ms: number): string {
  if (!Number.isFinite(ms)) return '–';
  const sign = ms < 0 ? '-' : '';
  const abs = Math.abs(ms);
  if (abs < 1) return abs === 0 ? '0s' : `${sign}${(abs * 1000).toPrecision(3)}µs`;
  if (abs < 1000) return `${sign}${Number(abs.toPrecision(3))}ms`;
  if (abs < 60_000) return `${sign}${Number((abs / 1000).toPrecision(3))}s`;
  const parts: string[] = [];
  let rest = Math.round(abs / 1000) * 1000;
  for (const [unit, size] of kUnits) {
    if (unit === 'y' || unit === 'w' || unit === 'ms') continue;
    const count = Math.floor(rest / size);
    rest -= count * size;
    if (count > 0 || parts.length > 0) parts.push(`${count}${unit}`);
    if (parts.length === 2) break;
  }
  return sign + parts.filter((part) => !part.startsWith('0')).join(' ');
}
