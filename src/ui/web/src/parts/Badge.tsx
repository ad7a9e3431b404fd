import type { ReactNode } from 'react';

export type Tone = 'good' | 'bad' | 'warn' | 'plain';

export function Badge({ tone, children }: { tone: Tone; children: ReactNode }) {
  return <span className={`badge badge-${tone}`}>{children}</span>;
}

// Health words of rules, targets and alerts to tones.
export function toneOf(word: string): Tone {
  switch (word.toLowerCase()) {
    case 'up':
    case 'ok':
    case 'healthy':
    case 'inactive':
      return 'good';
    case 'down':
    case 'err':
    case 'firing':
      return 'bad';
    case 'pending':
    case 'unknown':
      return 'warn';
    default:
      return 'plain';
  }
}
