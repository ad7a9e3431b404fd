import { readableSpan } from '../format/duration';
import { formatTime, parseApiTime } from '../format/time';
import { useLocalTime } from './time_zone';

// How long ago an API time was, with the time itself on hover.
export function Ago({ at, never = 'never' }: { at: string | null | undefined; never?: string }) {
  const local = useLocalTime();
  const ms = parseApiTime(at);
  if (ms === null) return <span className="muted">{never}</span>;
  const age = Date.now() - ms;
  return (
    <time dateTime={at!} title={formatTime(ms, local)}>
      {Math.abs(age) < 1000 ? 'just now' : age > 0 ? `${readableSpan(age)} ago` : `in ${readableSpan(-age)}`}
    </time>
  );
}

// A bound of a time range; the ends of int64 mean there is none.
export function Bound({ ms, open, openText }: { ms: number; open: boolean; openText: string }) {
  const local = useLocalTime();
  return open ? <span className="muted">{openText}</span> : <span>{formatTime(ms, local)}</span>;
}
