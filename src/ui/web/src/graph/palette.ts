// Colours of series: ten chosen apart for each theme, then further hues round the circle.
import type { Theme } from '../theme';

const kLight = [
  '#0f766e', '#d9480f', '#4f46e5', '#648a00', '#c2255c', '#1c7ed6', '#8d5524', '#9333c9', '#c99000', '#57606a',
];
const kDark = [
  '#2dd4bf', '#fb923c', '#93a5fd', '#a3e635', '#f472b6', '#38bdf8', '#d0a37a', '#c084fc', '#facc15', '#b4bcc2',
];

export function seriesColor(index: number, theme: Theme): string {
  const base = theme === 'dark' ? kDark : kLight;
  const chosen = base[index];
  if (chosen !== undefined) return chosen;
  // The golden angle keeps neighbours in the list far apart in hue.
  const hue = Math.round((index * 137.508) % 360);
  const lightness = (theme === 'dark' ? 66 : 40) + ((index % 3) - 1) * 7;
  return `hsl(${hue} 62% ${lightness}%)`;
}
