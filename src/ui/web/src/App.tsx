import { lazy, Suspense, useEffect } from 'react';
import { AlertsPage } from './pages/AlertsPage';
import { BlocksPage } from './pages/BlocksPage';
import { FlagsPage } from './pages/FlagsPage';
import { NotOffered } from './pages/NotOffered';
import { RulesPage } from './pages/RulesPage';
import { StatusPage } from './pages/StatusPage';
import { StoresPage } from './pages/StoresPage';
import { TargetsPage } from './pages/TargetsPage';
import { TsdbStatusPage } from './pages/TsdbStatusPage';
import { Nav } from './parts/Nav';
import { LocalTime } from './parts/time_zone';
import { useRoute } from './router';
import type { Route } from './shell';
import { useStoredFlag } from './stored';
import { useTheme, type Theme } from './theme';

// The editor and the chart are most of the bundle, and only this page needs them.
const GraphPage = lazy(() => import('./graph/GraphPage'));

function PageOf({ route, theme }: { route: Route | null; theme: Theme }) {
  switch (route) {
    case 'graph':
      return <GraphPage theme={theme} />;
    case 'stores':
      return <StoresPage />;
    case 'alerts':
      return <AlertsPage />;
    case 'rules':
      return <RulesPage />;
    case 'targets':
      return <TargetsPage />;
    case 'status':
      return <StatusPage />;
    case 'flags':
      return <FlagsPage />;
    case 'tsdb-status':
      return <TsdbStatusPage />;
    case 'blocks':
    case 'global':
      return <BlocksPage view="global" />;
    case 'loaded':
      return <BlocksPage view="loaded" />;
    default:
      return <NotOffered route={route} />;
  }
}

const kTitles: Partial<Record<Route, string>> = {
  graph: 'Graph', stores: 'Endpoints', alerts: 'Alerts', rules: 'Rules', targets: 'Targets', status: 'Status',
  flags: 'Flags', blocks: 'Blocks', global: 'Blocks', loaded: 'Loaded blocks', 'tsdb-status': 'TSDB status',
};

export function App() {
  const route = useRoute();
  const { choice, theme, cycle } = useTheme();
  const [local, setLocal] = useStoredFlag('use-local-time', false);
  useEffect(() => {
    const name = route === null ? undefined : kTitles[route];
    document.title = name ? `${name} · Aion` : 'Aion';
  }, [route]);
  return (
    <LocalTime value={local}>
      <Nav route={route} themeChoice={choice} onCycleTheme={cycle} localTime={local} onLocalTime={setLocal} />
      <Suspense fallback={<main className="page"><div className="skeleton" /></main>}>
        <PageOf route={route} theme={theme} />
      </Suspense>
    </LocalTime>
  );
}
