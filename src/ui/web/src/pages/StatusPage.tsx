// What runs here: build and process.
import { useApi } from '../api/use_api';
import { readableBytes } from '../format/value';
import { FactTable } from '../parts/FactTable';
import { Notice } from '../parts/Notice';
import { Page } from '../parts/Page';
import { Ago } from '../parts/When';
import { routeHref } from '../router';
import { shell } from '../shell';

type Facts = Record<string, unknown>;

const kBuildNames: Record<string, string> = {
  version: 'Version', revision: 'Revision', branch: 'Branch', buildUser: 'Built by', buildDate: 'Built at', goVersion: 'Go version',
};
const kRuntimeNames: Record<string, string> = {
  startTime: 'Started', CWD: 'Working directory', goroutineCount: 'Goroutines', GOMAXPROCS: 'GOMAXPROCS', GOGC: 'GOGC',
  GODEBUG: 'GODEBUG', GOMEMLIMIT: 'Memory limit',
};

function shown(key: string, value: unknown) {
  if (key === 'startTime') return <>{String(value)} (<Ago at={String(value)} />)</>;
  if (key === 'GOMEMLIMIT' && typeof value === 'number') return value >= 9.2e18 ? 'none' : readableBytes(value);
  if (value === '' || value === null || value === undefined) return <span className="muted">–</span>;
  return String(value);
}

function rowsOf(facts: Facts, names: Record<string, string>) {
  return Object.entries(facts).map(([key, value]) => [names[key] ?? key, shown(key, value)] as const);
}

export function StatusPage() {
  const build = useApi<Facts>('/api/v1/status/buildinfo');
  const runtime = useApi<Facts>('/api/v1/status/runtimeinfo');
  return (
    <Page title="Status" state={build} tools={shell.component === 'query' && <a href={routeHref('tsdb-status')}>TSDB status</a>}>
      {(data) => (
        <div className="columns">
          <FactTable title="Build" rows={rowsOf(data, kBuildNames)} />
          <div>
            {runtime.error && <Notice tone="error" lines={[runtime.error]} />}
            {runtime.data && <FactTable title="Process" rows={rowsOf(runtime.data, kRuntimeNames)} />}
          </div>
        </div>
      )}
    </Page>
  );
}
