// The frame of every page but the graph: heading, reload, and the three states an answer can be in.
import type { ReactNode } from 'react';
import type { ApiState } from '../api/use_api';
import { Icon } from './Icon';
import { Notice } from './Notice';

export function Empty({ title, children }: { title: string; children?: ReactNode }) {
  return (
    <div className="empty">
      <strong>{title}</strong>
      {children && <p>{children}</p>}
    </div>
  );
}

interface Props<T> {
  title: string;
  state: ApiState<T>;
  tools?: ReactNode;
  children: (data: T) => ReactNode;
}

export function Page<T>({ title, state, tools, children }: Props<T>) {
  const { data, warnings, error, loading, reload } = state;
  return (
    <main className="page">
      <div className="page-head">
        <h1>{title}</h1>
        {tools}
        <button className="button button-small push-right" onClick={reload} disabled={loading}>
          <Icon name="refresh" /> {loading ? 'Loading…' : 'Reload'}
        </button>
      </div>
      {error && <Notice tone="error" lines={[error]} />}
      <Notice tone="warning" lines={warnings} />
      {data === null ? loading && <div className="skeleton" aria-busy="true" aria-label="Loading" /> : children(data)}
    </main>
  );
}
