// Errors, warnings and remarks; long lists fold.
import { useState } from 'react';
import { Icon } from './Icon';

const kShown = 3;

interface Props {
  tone: 'error' | 'warning' | 'info';
  title?: string;
  lines: readonly string[];
}

export function Notice({ tone, title, lines }: Props) {
  const [all, setAll] = useState(false);
  if (lines.length === 0) return null;
  const shown = all ? lines : lines.slice(0, kShown);
  return (
    <div className={`notice notice-${tone}`} role={tone === 'error' ? 'alert' : 'status'}>
      <Icon name={tone === 'info' ? 'info' : 'warn'} />
      <div className="notice-text">
        {title && <strong>{title}</strong>}
        {shown.map((line, i) => (
          <div key={i}>{line}</div>
        ))}
        {lines.length > shown.length && (
          <button className="link-button" onClick={() => setAll(true)}>
            {lines.length - shown.length} more
          </button>
        )}
      </div>
    </div>
  );
}
