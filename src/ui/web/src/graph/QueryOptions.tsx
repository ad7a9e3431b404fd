// How the query is answered: deduplication, partial response, resolution, engine, endpoints.
import { shell } from '../shell';
import type { PanelOptions } from './panel_options';
import { resolved, type ServerDefaults } from './server_defaults';
import { StoreSelect } from './StoreSelect';
import { TextField } from './TextField';

const kResolutions: ReadonlyArray<readonly [value: string, name: string]> = [
  ['auto', 'Auto'],
  ['0s', 'Raw data only'],
  ['5m', 'Up to 5m'],
  ['1h', 'Up to 1h'],
];

// What is asked besides the query; not part of a link.
export interface Extras {
  forceTracing: boolean;
  explain: boolean;
}

interface Props {
  options: PanelOptions;
  defaults: ServerDefaults;
  extras: Extras;
  onExtras: (extras: Extras) => void;
  onChange: (change: Partial<PanelOptions>) => void;
}

function Toggle({ on, name, title, disabled, onToggle }: {
  on: boolean; name: string; title: string; disabled?: boolean; onToggle: (on: boolean) => void;
}) {
  return (
    <label className={`toggle${disabled ? ' is-disabled' : ''}`} title={title}>
      <input type="checkbox" checked={on} disabled={disabled} onChange={(event) => onToggle(event.target.checked)} />
      <span className="toggle-track" aria-hidden="true" />
      {name}
    </label>
  );
}

export function QueryOptions({ options, defaults, extras, onExtras, onChange }: Props) {
  const choice = resolved(options, defaults);
  // In distributed mode the remote engines decide how replicas and failures are treated.
  const remote = defaults.distributed && choice.engine !== 'prometheus';
  const resolutions = kResolutions.some(([value]) => value === choice.maxSourceResolution)
    ? kResolutions
    : [...kResolutions, [choice.maxSourceResolution, choice.maxSourceResolution] as const];
  return (
    <div className="query-options">
      <Toggle on={options.deduplicate} name="Deduplicate" title="Merge the series of replicas into one" disabled={remote}
        onToggle={(deduplicate) => onChange({ deduplicate })} />
      <Toggle on={choice.partialResponse} name="Partial response"
        title="Answer with warnings when an endpoint fails, instead of failing" disabled={remote}
        onToggle={(partialResponse) => onChange({ partialResponse })} />
      {options.tab === 'graph' && (
        <label className="select" title="Coarsest downsampled data the answer may use">
          <span>Resolution</span>
          <select value={choice.maxSourceResolution} onChange={(event) => onChange({ maxSourceResolution: event.target.value })}>
            {resolutions.map(([value, name]) => (
              <option key={value} value={value}>{name}</option>
            ))}
          </select>
        </label>
      )}
      <label className="select" title="PromQL engine">
        <span>Engine</span>
        <select value={choice.engine}
          onChange={(event) => onChange({ engine: event.target.value, ...(event.target.value === 'thanos' ? {} : { analyze: false }) })}>
          <option value="prometheus">prometheus</option>
          <option value="thanos">thanos</option>
        </select>
      </label>
      <StoreSelect chosen={options.stores} onChange={(stores) => onChange({ stores })} />
      {shell.showTenant && (
        <div className="select" title={`Sent as ${shell.tenantHeader}`}>
          <span>Tenant</span>
          <TextField text={options.tenant} label="Tenant" placeholder={shell.defaultTenant} width="9em"
            onCommit={(tenant) => {
              onChange({ tenant });
              return true;
            }} />
        </div>
      )}
      <Toggle on={options.analyze && choice.engine === 'thanos'} name="Analyze" disabled={choice.engine !== 'thanos'}
        title={choice.engine === 'thanos' ? 'Show where the engine spends its time' : 'Needs the thanos engine'}
        onToggle={(analyze) => onChange({ analyze })} />
      <Toggle on={extras.explain && choice.engine === 'thanos'} name="Explain" disabled={choice.engine !== 'thanos'}
        title={choice.engine === 'thanos' ? 'Show the plan of the query' : 'Needs the thanos engine'}
        onToggle={(explain) => onExtras({ ...extras, explain })} />
      <Toggle on={extras.forceTracing} name="Trace" title="Ask the server to trace this query"
        onToggle={(forceTracing) => onExtras({ ...extras, forceTracing })} />
    </div>
  );
}
