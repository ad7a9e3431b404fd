import { useState } from 'react';
import { FilterBox } from '../parts/FilterBox';
import { Popover } from '../parts/Popover';
import { pastQueries } from './history';

function HistoryList({ onPick }: { onPick: (expr: string) => void }) {
  const [filter, setFilter] = useState('');
  const all = pastQueries();
  const shown = all.filter((expr) => expr.toLowerCase().includes(filter.toLowerCase()));
  if (all.length === 0) return <p className="muted popover-empty">Expressions you run appear here.</p>;
  return (
    <div className="history-list">
      <FilterBox value={filter} onChange={setFilter} placeholder="Filter past expressions" />
      <div className="store-rows">
        {shown.map((expr) => (
          <button key={expr} type="button" className="history-row mono" onClick={() => onPick(expr)} title={expr}>
            {expr}
          </button>
        ))}
      </div>
    </div>
  );
}

export function HistoryMenu({ onPick }: { onPick: (expr: string) => void }) {
  return (
    <Popover label="" title="Past expressions" icon="history" plain>
      {(close) => (
        <HistoryList
          onPick={(expr) => {
            onPick(expr);
            close();
          }}
        />
      )}
    </Popover>
  );
}
