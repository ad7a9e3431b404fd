// All panels of the graph page, kept in step with the address.
import { useEffect, useMemo, useState } from 'react';
import type { Flags } from '../api/types';
import { useApi } from '../api/use_api';
import { Icon } from '../parts/Icon';
import { writeQuery } from '../router';
import type { Theme } from '../theme';
import { decodePanels, encodePanels, kDefaultOptions, type PanelOptions } from './panel_options';
import { Panel } from './Panel';
import { defaultsFrom } from './server_defaults';
import { ClockNotice } from './ClockNotice';
import '../styles/graph.css';

interface Entry {
  id: number;
  options: PanelOptions;
}

let nextId = 0;

function entriesFrom(query: string): Entry[] {
  const decoded = decodePanels(query);
  return (decoded.length > 0 ? decoded : [kDefaultOptions]).map((options) => ({ id: nextId++, options }));
}

// Keeps the panels that are still there, so that going back does not rebuild their editors.
function adopt(previous: Entry[], query: string): Entry[] {
  return entriesFrom(query).map((entry, i) => ({ ...entry, id: previous[i]?.id ?? entry.id }));
}

const kFallbackDefaults = defaultsFrom(null);

export default function GraphPage({ theme }: { theme: Theme }) {
  const [entries, setEntries] = useState(() => entriesFrom(location.search));
  const flags = useApi<Flags>('/api/v1/status/flags');
  const known = !flags.loading || flags.data !== null;
  const defaults = useMemo(() => (known ? defaultsFrom(flags.data) : null), [known, flags.data]);

  useEffect(() => {
    const follow = () => setEntries((previous) => adopt(previous, location.search));
    window.addEventListener('popstate', follow);
    return () => window.removeEventListener('popstate', follow);
  }, []);

  const update = (next: Entry[]) => {
    setEntries(next);
    writeQuery(encodePanels(next.map((entry) => entry.options)), false);
  };
  const change = (id: number, options: PanelOptions) =>
    update(entries.map((entry) => (entry.id === id ? { id, options } : entry)));

  return (
    <main className="page graph-page">
      <h1 className="sr-only">Graph</h1>
      <ClockNotice />
      {entries.map(({ id, options }, index) => (
        <Panel
          key={id}
          options={options}
          defaults={defaults}
          fallbackDefaults={kFallbackDefaults}
          theme={theme}
          index={index}
          autoFocus={index === entries.length - 1 && options.expr === ''}
          onChange={(changed) => change(id, changed)}
          onRemove={entries.length > 1 ? () => update(entries.filter((entry) => entry.id !== id)) : null}
        />
      ))}
      <button
        type="button"
        className="button add-panel"
        onClick={() => update([...entries, { id: nextId++, options: kDefaultOptions }])}
      >
        <Icon name="plus" /> Add panel
      </button>
    </main>
  );
}
