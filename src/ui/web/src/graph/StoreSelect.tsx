// Which endpoints a query may ask: none chosen means all.
import { useState } from 'react';
import type { Endpoints } from '../api/types';
import { useApi } from '../api/use_api';
import { FilterBox } from '../parts/FilterBox';
import { Notice } from '../parts/Notice';
import { Popover } from '../parts/Popover';

interface Props {
  chosen: string[];
  onChange: (stores: string[]) => void;
}

function StoreList({ chosen, onChange }: Props) {
  const { data, error } = useApi<Endpoints>('/api/v1/stores');
  const [filter, setFilter] = useState('');
  if (error) return <Notice tone="error" lines={[error]} />;
  const groups = Object.entries(data ?? {});
  const known = new Set(groups.flatMap(([, list]) => (list ?? []).map((endpoint) => endpoint.name)));
  const gone = chosen.filter((name) => data !== null && !known.has(name));
  const toggle = (name: string) =>
    onChange(chosen.includes(name) ? chosen.filter((other) => other !== name) : [...chosen, name]);
  const row = (name: string, note = '') => (
    <label className="check-row" key={name}>
      <input type="checkbox" checked={chosen.includes(name)} onChange={() => toggle(name)} />
      <span className="mono">{name}</span>
      {note && <span className="muted">{note}</span>}
    </label>
  );
  return (
    <div className="store-list">
      <FilterBox value={filter} onChange={setFilter} placeholder="Filter endpoints" />
      <div className="store-rows">
        {data !== null && known.size === 0 && <p className="muted">No endpoints are known.</p>}
        {gone.map((name) => row(name, 'not known now'))}
        {groups.map(([component, list]) => {
          const rows = (list ?? []).filter((endpoint) => endpoint.name.includes(filter));
          return rows.length === 0 ? null : (
            <div key={component}>
              <div className="group-name">{component}</div>
              {rows.map((endpoint) => row(endpoint.name))}
            </div>
          );
        })}
      </div>
      {chosen.length > 0 && (
        <button className="link-button" onClick={() => onChange([])}>
          Ask all endpoints
        </button>
      )}
    </div>
  );
}

export function StoreSelect({ chosen, onChange }: Props) {
  return (
    <Popover
      label={chosen.length === 0 ? 'All endpoints' : `${chosen.length} endpoint${chosen.length > 1 ? 's' : ''}`}
      title="Endpoints to ask"
      active={chosen.length > 0}
    >
      {() => <StoreList chosen={chosen} onChange={onChange} />}
    </Popover>
  );
}
