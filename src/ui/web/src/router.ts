// Client-side routing by path over the History API.
import { useSyncExternalStore } from 'react';
import { kHomeRoute, kRoutes, shell, type Route } from './shell';

const listeners = new Set<() => void>();

function notify() {
  listeners.forEach((listener) => listener());
}

window.addEventListener('popstate', notify);

function subscribe(listener: () => void) {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

export function currentRoute(): Route | null {
  const name = location.pathname.slice(shell.prefix.length).replace(/^\//, '');
  if (name === '') return kHomeRoute[shell.component];
  return (kRoutes as readonly string[]).includes(name) ? (name as Route) : null;
}

export function useRoute(): Route | null {
  return useSyncExternalStore(subscribe, currentRoute);
}

export function routeHref(route: Route): string {
  return `${shell.prefix}/${route}`;
}

export function navigate(href: string) {
  history.pushState(null, '', href);
  notify();
  window.scrollTo(0, 0);
}

// Writes the query string of the page; readers of the route are not told, the caller already knows.
export function writeQuery(query: string, replace: boolean) {
  const href = location.pathname + query;
  if (href === location.pathname + location.search) return;
  if (replace) history.replaceState(null, '', href);
  else history.pushState(null, '', href);
}
