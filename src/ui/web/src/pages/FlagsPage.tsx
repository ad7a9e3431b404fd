// The flags this process was started with.
import { useState } from 'react';
import type { Flags } from '../api/types';
import { useApi } from '../api/use_api';
import { FactTable } from '../parts/FactTable';
import { FilterBox } from '../parts/FilterBox';
import { Empty, Page } from '../parts/Page';

export function FlagsPage() {
  const [filter, setFilter] = useState('');
  const state = useApi<Flags>('/api/v1/status/flags');
  return (
    <Page title="Flags" state={state} tools={<FilterBox value={filter} onChange={setFilter} placeholder="Filter by flag or value" />}>
      {(data) => {
        const word = filter.toLowerCase();
        const rows = Object.entries(data ?? {})
          .filter(([name, value]) => `${name} ${value}`.toLowerCase().includes(word))
          .sort(([a], [b]) => a.localeCompare(b))
          .map(([name, value]) => [`--${name}`, value === '' ? <span className="muted">(empty)</span> : value] as const);
        return rows.length === 0
          ? <Empty title={filter === '' ? 'No flags' : 'Nothing matches the filter'} />
          : <FactTable title={`${rows.length} flags`} rows={rows} />;
      }}
    </Page>
  );
}
