import type { Labels } from '../api/types';

// Labels as chips; wraps, and says so when there are none.
export function LabelSet({ labels, none = 'no labels' }: { labels: Labels | null | undefined; none?: string }) {
  const pairs = Object.entries(labels ?? {});
  if (pairs.length === 0) return <span className="muted">{none}</span>;
  return (
    <span className="labels">
      {pairs.map(([name, value]) => (
        <span className="label" key={name}>
          <span className="label-name">{name}</span>
          <span className="label-value">{value}</span>
        </span>
      ))}
    </span>
  );
}
