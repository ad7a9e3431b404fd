// Times as the links carry them (UTC) and as the reader chose to see them (UTC or local).

const kWallClock = /^(\d{4})-(\d{2})-(\d{2})(?:[ T](\d{2}):(\d{2})(?::(\d{2})(?:\.\d+)?)?)?$/;

const pad = (value: number) => String(value).padStart(2, '0');

// "2026-01-31 13:45:00", in UTC unless `local`.
export function formatTime(ms: number, local: boolean): string {
  const date = new Date(ms);
  if (Number.isNaN(date.getTime())) return '–';
  // Shifting by the offset lets one set of getters serve both zones.
  const shown = local ? new Date(ms - date.getTimezoneOffset() * 60_000) : date;
  return (
    `${shown.getUTCFullYear()}-${pad(shown.getUTCMonth() + 1)}-${pad(shown.getUTCDate())} ` +
    `${pad(shown.getUTCHours())}:${pad(shown.getUTCMinutes())}:${pad(shown.getUTCSeconds())}`
  );
}

// Labels of a time axis: the clock in 24 hours, and below it the day where it changes.
export function timeTicks(ticks: readonly number[], stepSeconds: number, local: boolean): string[] {
  let day = '';
  return ticks.map((tick) => {
    const [date = '', clock = ''] = formatTime(tick * 1000, local).split(' ');
    const changed = date !== day;
    day = date;
    if (stepSeconds >= 86_400) return date;
    const shown = stepSeconds < 60 ? clock : clock.slice(0, 5);
    return changed ? `${shown}\n${date}` : shown;
  });
}

// Milliseconds, or null. Takes a wall clock time (read in UTC unless `local`), RFC 3339 and Unix seconds.
export function parseTime(text: string, local: boolean): number | null {
  const trimmed = text.trim();
  if (trimmed === '') return null;
  if (/^\d{9,11}(\.\d+)?$/.test(trimmed)) return Math.round(Number(trimmed) * 1000);
  const match = kWallClock.exec(trimmed);
  if (match) {
    const [year, month, day, hour, minute, second] = match.slice(1).map((part) => Number(part ?? 0)) as [
      number, number, number, number, number, number,
    ];
    const ms = local
      ? new Date(year, month - 1, day, hour, minute, second).getTime()
      : Date.UTC(year, month - 1, day, hour, minute, second);
    return Number.isNaN(ms) ? null : ms;
  }
  if (!/^\d{4}-\d{2}-\d{2}T/.test(trimmed)) return null;
  const ms = Date.parse(trimmed);
  return Number.isNaN(ms) ? null : ms;
}

// Stores and blocks say "no bound" with the ends of int64, which JSON numbers blur.
export function isOpenStart(ms: number): boolean {
  return ms <= -6.2e13;
}

export function isOpenEnd(ms: number): boolean {
  return ms >= 8.64e15;
}

// Go prints its zero time for "never".
export function parseApiTime(text: string | null | undefined): number | null {
  if (!text || text.startsWith('0001-01-01')) return null;
  const ms = Date.parse(text);
  return Number.isNaN(ms) ? null : ms;
}
