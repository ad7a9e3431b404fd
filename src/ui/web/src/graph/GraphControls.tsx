// Range, end, step and look of a graph.
import { formatDuration, parseDuration } from '../format/duration';
import { Icon } from '../parts/Icon';
import { stepFor, type PanelOptions } from './panel_options';
import type { ServerDefaults } from './server_defaults';
import { TextField } from './TextField';
import { TimeField } from './TimeField';

const kMinute = 60_000;
const kHour = 60 * kMinute;
const kDay = 24 * kHour;
const kRanges = [
  1000, 10_000, kMinute, 5 * kMinute, 15 * kMinute, 30 * kMinute, kHour, 2 * kHour, 6 * kHour, 12 * kHour, kDay, 2 * kDay,
  7 * kDay, 14 * kDay, 28 * kDay, 56 * kDay, 112 * kDay, 182 * kDay, 365 * kDay, 730 * kDay,
];

interface Props {
  options: PanelOptions;
  defaults: ServerDefaults;
  onChange: (change: Partial<PanelOptions>) => void;
}

export function GraphControls({ options, defaults, onChange }: Props) {
  const shorter = [...kRanges].reverse().find((range) => range < options.rangeMs);
  const longer = kRanges.find((range) => range > options.rangeMs);
  const autoStep = stepFor({ rangeMs: options.rangeMs, stepSeconds: null }, defaults.stepSeconds);
  return (
    <div className="controls">
      <TextField
        text={formatDuration(options.rangeMs)}
        label="Range"
        width="4.5em"
        onCommit={(text) => {
          const rangeMs = parseDuration(text);
          if (rangeMs === null || rangeMs <= 0) return false;
          onChange({ rangeMs });
          return true;
        }}
        before={
          <button type="button" title="Shorter range" aria-label="Shorter range" disabled={shorter === undefined}
            onClick={() => onChange({ rangeMs: shorter! })}>
            <Icon name="minus" />
          </button>
        }
        after={
          <button type="button" title="Longer range" aria-label="Longer range" disabled={longer === undefined}
            onClick={() => onChange({ rangeMs: longer! })}>
            <Icon name="plus" />
          </button>
        }
      />
      <TimeField endMs={options.endMs} shiftMs={options.rangeMs / 2} label="End time" onChange={(endMs) => onChange({ endMs })} />
      <TextField
        text={options.stepSeconds === null ? '' : formatDuration(options.stepSeconds * 1000)}
        label="Step between points"
        placeholder={`Step ${formatDuration(autoStep * 1000)}`}
        width="5.5em"
        onCommit={(text) => {
          if (text === '') {
            onChange({ stepSeconds: null });
            return true;
          }
          const ms = /^\d+(\.\d+)?$/.test(text) ? Number(text) * 1000 : parseDuration(text);
          if (ms === null || ms <= 0) return false;
          onChange({ stepSeconds: ms / 1000 });
          return true;
        }}
      />
      <div className="segments" role="group" aria-label="Look">
        <button aria-pressed={!options.stacked} onClick={() => onChange({ stacked: false })} title="One line a series">
          <Icon name="chart" /> Lines
        </button>
        <button aria-pressed={options.stacked} onClick={() => onChange({ stacked: true })} title="Series on top of each other">
          <Icon name="stack" /> Stacked
        </button>
      </div>
    </div>
  );
}
