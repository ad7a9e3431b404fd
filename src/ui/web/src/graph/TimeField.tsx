// The end of the range, or the moment of a table: text, steps back and forth, and the browser's own calendar.
import { useRef } from 'react';
import { formatTime, parseTime } from '../format/time';
import { parseDuration } from '../format/duration';
import { Icon } from '../parts/Icon';
import { useLocalTime } from '../parts/time_zone';
import { TextField } from './TextField';

interface Props {
  endMs: number | null;
  shiftMs: number;
  label: string;
  onChange: (endMs: number | null) => void;
}

// Besides a time: nothing or "now", and "-2h" for two hours ago.
function readTime(text: string, local: boolean): number | null | undefined {
  if (text === '' || text === 'now') return null;
  if (text.startsWith('-')) {
    const ago = parseDuration(text.slice(1));
    return ago === null ? undefined : Date.now() - ago;
  }
  return parseTime(text, local) ?? undefined;
}

export function TimeField({ endMs, shiftMs, label, onChange }: Props) {
  const local = useLocalTime();
  const picker = useRef<HTMLInputElement>(null);
  const zone = local ? 'local time' : 'UTC';
  const shift = (by: number) => onChange(Math.round((endMs ?? Date.now()) + by));
  const wallClock = formatTime(endMs ?? Date.now(), local).replace(' ', 'T');
  return (
    <TextField
      text={endMs === null ? '' : formatTime(endMs, local)}
      label={`${label} (${zone})`}
      placeholder={`${label}: now`}
      width="13em"
      onCommit={(text) => {
        const time = readTime(text, local);
        if (time === undefined) return false;
        onChange(time);
        return true;
      }}
      before={
        <button type="button" onClick={() => shift(-shiftMs)} title="Earlier" aria-label="Earlier">
          <Icon name="left" />
        </button>
      }
      after={
        <>
          {endMs !== null && (
            <button type="button" onClick={() => onChange(null)} title="Back to now" aria-label="Back to now">
              <Icon name="close" size={14} />
            </button>
          )}
          <button
            type="button"
            title="Choose in a calendar"
            aria-label="Choose in a calendar"
            onClick={() => picker.current?.showPicker?.()}
          >
            <Icon name="calendar" size={14} />
            <input
              ref={picker}
              className="picker"
              type="datetime-local"
              step="1"
              tabIndex={-1}
              aria-hidden="true"
              value={wallClock}
              onChange={(event) => {
                const time = parseTime(event.target.value, local);
                if (time !== null) onChange(time);
              }}
            />
          </button>
          <button type="button" onClick={() => shift(shiftMs)} title="Later" aria-label="Later">
            <Icon name="right" />
          </button>
        </>
      }
    />
  );
}
