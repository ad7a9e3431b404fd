// What the server wrote into the page, and the path prefix everything is asked under.

export type Component = 'query' | 'store' | 'compact' | 'rule' | 'bucket';

export const kRoutes = [
  'graph', 'stores', 'alerts', 'rules', 'targets', 'status', 'flags', 'tsdb-status', 'blocks', 'loaded',
  'global', 'config', 'service-discovery',
] as const;
export type Route = (typeof kRoutes)[number];

// Pages are one level deep, so whatever stands before the last slash is the prefix the browser sees,
// also behind a proxy that strips a prefix nobody told the server about.
export function prefixOf(pathname: string, injected: string): string {
  const cut = pathname.lastIndexOf('/');
  const last = pathname.slice(cut + 1);
  if (last === '' || (kRoutes as readonly string[]).includes(last)) {
    return pathname.slice(0, Math.max(cut, 0));
  }
  return injected;
}

function meta(name: string): string {
  const value = document.querySelector<HTMLMetaElement>(`meta[name="aion-${name}"]`)?.content ?? '';
  return value.startsWith('{{') ? '' : value;
}

function component(): Component {
  const name = meta('component');
  return name === 'store' || name === 'compact' || name === 'rule' || name === 'bucket' ? name : 'query';
}

export const shell = {
  prefix: prefixOf(location.pathname, meta('path-prefix')),
  component: component(),
  queryUrl: meta('query-url'),
  tenantHeader: meta('tenant-header') || 'THANOS-TENANT',
  defaultTenant: meta('default-tenant') || 'default-tenant',
  showTenant: !['', 'none'].includes(meta('display-tenant-box')),
};

export const kHomeRoute: Record<Component, Route> = {
  query: 'graph',
  rule: 'alerts',
  bucket: 'blocks',
  compact: 'loaded',
  store: 'loaded',
};

// A link that shows `expr`; components without a graph page send the reader to the query component.
export function expressionLink(expr: string): string {
  const query = `/graph?g0.expr=${encodeURIComponent(expr)}&g0.tab=1&g0.stacked=0&g0.range_input=1h`;
  return shell.component === 'query' ? shell.prefix + query : shell.queryUrl.replace(/\/$/, '') + query;
}
