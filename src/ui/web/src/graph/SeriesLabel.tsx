import type { Labels } from '../api/types';
import { labelName } from '../format/series';

// A series' name with its parts coloured; `plain` for long lists, where one text node a row is enough.
export function SeriesLabel({ metric }: { metric: Labels }) {
  const { __name__: name, ...labels } = metric;
  const pairs = Object.entries(labels);
  return (
    <span className="series">
      {name && <span className="series-name">{name}</span>}
      {(pairs.length > 0 || !name) && (
        <>
          {'{'}
          {pairs.map(([key, value], i) => (
            <span key={key}>
              {i > 0 && ', '}
              <span className="series-key">{labelName(key)}</span>=<span className="series-value">"{value}"</span>
            </span>
          ))}
          {'}'}
        </>
      )}
    </span>
  );
}
