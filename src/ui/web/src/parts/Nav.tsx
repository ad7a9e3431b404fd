// The bar at the top: where the reader is, where else there is to go, clock and colour choices.
import type { MouseEvent } from 'react';
import { navigate, routeHref } from '../router';
import { shell, kHomeRoute, type Component, type Route } from '../shell';
import type { ThemeChoice } from '../theme';
import { Icon, type IconName } from './Icon';

const kLinks: Record<Component, ReadonlyArray<readonly [Route, string]>> = {
  query: [
    ['graph', 'Graph'],
    ['stores', 'Endpoints'],
    ['alerts', 'Alerts'],
    ['rules', 'Rules'],
    ['targets', 'Targets'],
    ['status', 'Status'],
    ['flags', 'Flags'],
  ],
  rule: [
    ['alerts', 'Alerts'],
    ['rules', 'Rules'],
    ['status', 'Status'],
    ['flags', 'Flags'],
  ],
  bucket: [
    ['blocks', 'Blocks'],
    ['status', 'Status'],
    ['flags', 'Flags'],
  ],
  compact: [
    ['blocks', 'Global blocks'],
    ['loaded', 'Loaded blocks'],
    ['status', 'Status'],
    ['flags', 'Flags'],
  ],
  store: [
    ['loaded', 'Loaded blocks'],
    ['status', 'Status'],
    ['flags', 'Flags'],
  ],
};

const kThemeIcon: Record<ThemeChoice, IconName> = { auto: 'auto', light: 'sun', dark: 'moon' };
const kThemeWord: Record<ThemeChoice, string> = { auto: 'as the system', light: 'light', dark: 'dark' };

function follow(event: MouseEvent<HTMLAnchorElement>) {
  if (event.defaultPrevented || event.button !== 0 || event.metaKey || event.ctrlKey || event.shiftKey || event.altKey) return;
  event.preventDefault();
  // The page already shown keeps its state.
  if (new URL(event.currentTarget.href).pathname !== location.pathname) navigate(event.currentTarget.href);
}

interface Props {
  route: Route | null;
  themeChoice: ThemeChoice;
  onCycleTheme: () => void;
  localTime: boolean;
  onLocalTime: (local: boolean) => void;
}

export function Nav({ route, themeChoice, onCycleTheme, localTime, onLocalTime }: Props) {
  const themeTitle = `Colours: ${kThemeWord[themeChoice]}`;
  return (
    <header className="nav">
      <a className="brand" href={routeHref(kHomeRoute[shell.component])} onClick={follow} aria-label="Aion, first page">
        <svg width="22" height="22" viewBox="0 0 32 32" aria-hidden="true">
          <path className="brand-ring" d="M24.2 7.8a11.6 11.6 0 1 0 3.4 8.2" />
          <path className="brand-line" d="M9.6 18.8l4.4-4.7 4 3.6 7-8.2" />
        </svg>
        <span className="brand-name">Aion</span>
        <span className="brand-component">{shell.component}</span>
      </a>
      <nav aria-label="Pages">
        {kLinks[shell.component].map(([target, name]) => (
          <a
            key={target}
            href={routeHref(target)}
            onClick={follow}
            aria-current={route === target ? 'page' : undefined}
          >
            {name}
          </a>
        ))}
      </nav>
      <div className="nav-tools">
        <div className="segments segments-small" role="group" aria-label="Time zone">
          <button aria-pressed={!localTime} onClick={() => onLocalTime(false)} title="Show times in UTC">
            UTC
          </button>
          <button aria-pressed={localTime} onClick={() => onLocalTime(true)} title="Show times in this browser's time zone">
            Local
          </button>
        </div>
        <button className="icon-button" onClick={onCycleTheme} title={themeTitle} aria-label={themeTitle}>
          <Icon name={kThemeIcon[themeChoice]} />
        </button>
      </div>
    </header>
  );
}
