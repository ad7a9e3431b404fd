// Numbers for axes, legends and tables.

const kPrefixes: ReadonlyArray<readonly [size: number, symbol: string]> = [
  [1e15, 'P'],
  [1e12, 'T'],
  [1e9, 'G'],
  [1e6, 'M'],
  [1e3, 'k'],
  [1, ''],
  [1e-3, 'm'],
  [1e-6, 'µ'],
  [1e-9, 'n'],
  [1e-12, 'p'],
];

export function parseSample(text: string): number {
  if (text === '+Inf' || text === 'Inf') return Infinity;
  if (text === '-Inf') return -Infinity;
  return Number(text);
}

// One short number with a metric prefix: 1.5k, 320m.
export function shortNumber(value: number, digits = 4): string {
  const abs = Math.abs(value);
  if (!Number.isFinite(value)) return Number.isNaN(value) ? 'NaN' : value > 0 ? '+Inf' : '-Inf';
  if (abs === 0) return '0';
  if (abs >= 1e18 || abs < 1e-12) return value.toExponential(2);
  // Below a thousandth a prefix helps; between, plain digits are easier to read.
  const [size, symbol] = abs >= 0.01 && abs < 1000 ? [1, ''] : kPrefixes.find(([s]) => abs >= s)!;
  return `${Number((value / size).toPrecision(digits))}${symbol}`;
}

// Axis labels that stay apart: enough digits for the distance between two ticks.
export function axisNumbers(ticks: readonly number[]): string[] {
  const step = ticks.length > 1 ? Math.abs(ticks[1]! - ticks[0]!) : 0;
  return ticks.map((tick) => {
    const needed = step > 0 && tick !== 0 ? Math.ceil(Math.log10(Math.abs(tick) / step)) + 2 : 3;
    return shortNumber(Math.abs(tick) < step * 1e-9 ? 0 : tick, Math.min(Math.max(needed, 2), 12));
  });
}

export function readableBytes(bytes: number): string {
  const units = ['B', 'KiB', 'MiB', 'GiB', 'TiB', 'PiB'];
  let value = bytes;
  let unit = 0;
  while (Math.abs(value) >= 1024 && unit < units.length - 1) {
    value /= 1024;
    unit++;
  }
  return `${Number(value.toPrecision(3))} ${units[unit]}`;
}

export function groupedDigits(value: number): string {
  return value.toLocaleString('en-US');
}
