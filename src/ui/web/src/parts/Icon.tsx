// The few line icons of the page, drawn on a 16 by 16 grid.

const kPaths = {
  sun: 'M8 5.2a2.8 2.8 0 1 0 0 5.6 2.8 2.8 0 0 0 0-5.6ZM8 1v1.6M8 13.4V15M1 8h1.6M13.4 8H15M3.05 3.05l1.13 1.13M11.82 11.82l1.13 1.13M3.05 12.95l1.13-1.13M11.82 4.18l1.13-1.13',
  moon: 'M13.6 9.7A6 6 0 1 1 6.3 2.4a4.8 4.8 0 0 0 7.3 7.3Z',
  auto: 'M8 1.8a6.2 6.2 0 1 0 0 12.4A6.2 6.2 0 0 0 8 1.8ZM8 1.8v12.4M10.5 2.5v11M12.6 4v8',
  play: 'M4.5 2.8v10.4L13 8 4.5 2.8Z',
  stop: 'M4 4h8v8H4z',
  plus: 'M8 3v10M3 8h10',
  minus: 'M3 8h10',
  close: 'M4 4l8 8M12 4l-8 8',
  left: 'M10 3 5 8l5 5',
  right: 'M6 3l5 5-5 5',
  down: 'M3.5 6 8 10.5 12.5 6',
  calendar: 'M2.5 4h11v9.5h-11zM2.5 7h11M5.5 2v3M10.5 2v3',
  history: 'M2.2 8A5.8 5.8 0 1 0 4 3.8M2.2 2.4v2.8H5M8 5v3.2l2.2 1.4',
  copy: 'M5.5 5.5h8v8h-8zM10.5 5.5v-3h-8v8h3',
  refresh: 'M13.6 6.4A5.9 5.9 0 1 0 13.8 9M13.8 2.6v3.9H9.9',
  check: 'M3 8.5 6.5 12 13 4.5',
  table: 'M2.5 3h11v10h-11zM2.5 6.5h11M2.5 9.8h11M7 6.5V13',
  chart: 'M2.5 2.5v11h11M4.5 10l3-3.5 2.4 2L13.5 4',
  stack: 'M2.5 13.5h11M2.5 10.5c3-4 5 1 11-5M2.5 6.5c3-3 5 1 11-4',
  search: 'M7 2.5a4.5 4.5 0 1 0 0 9 4.5 4.5 0 0 0 0-9ZM10.4 10.4l3.1 3.1',
  warn: 'M8 2 14.5 13.5h-13L8 2ZM8 6.5v3.2M8 11.4v.6',
  info: 'M8 1.8a6.2 6.2 0 1 0 0 12.4A6.2 6.2 0 0 0 8 1.8ZM8 7v4M8 4.8v.6',
} as const;

export type IconName = keyof typeof kPaths;

export function Icon({ name, size = 16 }: { name: IconName; size?: number }) {
  return (
    <svg className="icon" width={size} height={size} viewBox="0 0 16 16" aria-hidden="true" focusable="false">
      <path d={kPaths[name]} />
    </svg>
  );
}
