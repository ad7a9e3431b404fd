// Blocks of the bucket: a row each, with its place in time drawn.
import { useMemo, useState } from 'react';
import type { Block, Blocks } from '../api/types';
import { useApi } from '../api/use_api';
import { formatDuration } from '../format/duration';
import { seriesName } from '../format/series';
import { formatTime } from '../format/time';
import { groupedDigits, readableBytes } from '../format/value';
import { FilterBox } from '../parts/FilterBox';
import { LabelSet } from '../parts/LabelSet';
import { Notice } from '../parts/Notice';
import { Empty, Page } from '../parts/Page';
import { useLocalTime } from '../parts/time_zone';
import { Ago } from '../parts/When';

const kRowsShown = 300;

interface Span {
  from: number;
  to: number;
}

function resolutionOf(block: Block): string {
  const ms = block.thanos?.downsample?.resolution ?? 0;
  return ms === 0 ? 'raw' : formatDuration(ms);
}

function sizeOf(block: Block): string {
  const bytes = (block.thanos?.files ?? []).reduce((sum, file) => sum + (file.size_bytes ?? 0), 0);
  return bytes > 0 ? readableBytes(bytes) : '–';
}

function Row({ block, span }: { block: Block; span: Span }) {
  const local = useLocalTime();
  const width = Math.max(span.to - span.from, 1);
  const left = ((block.minTime - span.from) / width) * 100;
  const share = ((block.maxTime - block.minTime) / width) * 100;
  const times = `${formatTime(block.minTime, local)} – ${formatTime(block.maxTime, local)}`;
  return (
    <tr>
      <td className="mono">{block.ulid}</td>
      <td className="bar-cell" title={times}>
        <div className="bar-track">
          <div className={`bar res-${resolutionOf(block)}`} style={{ left: `${left}%`, width: `max(${share}%, 3px)` }} />
        </div>
        <span className="bar-times">{times}</span>
      </td>
      <td className="nowrap">{formatDuration(block.maxTime - block.minTime)}</td>
      <td>{resolutionOf(block)}</td>
      <td className="number">{block.compaction?.level ?? '–'}</td>
      <td className="number">{groupedDigits(block.stats?.numSeries ?? 0)}</td>
      <td className="number">{groupedDigits(block.stats?.numSamples ?? 0)}</td>
      <td className="number nowrap">{sizeOf(block)}</td>
      <td>{block.thanos?.source ?? '–'}</td>
    </tr>
  );
}

function Group({ blocks, span }: { blocks: Block[]; span: Span }) {
  const [all, setAll] = useState(false);
  const shown = all ? blocks : blocks.slice(0, kRowsShown);
  return (
    <section className="card">
      <div className="card-head">
        <h2 className="card-labels"><LabelSet labels={blocks[0]?.thanos?.labels} none="No external labels" /></h2>
        <span className="muted">{groupedDigits(blocks.length)} blocks</span>
      </div>
      <div className="table-scroll">
        <table className="list-table blocks-table">
          <thead>
            <tr>
              <th scope="col">Block</th>
              <th scope="col">Time range</th>
              <th scope="col">Span</th>
              <th scope="col">Resolution</th>
              <th scope="col" className="number">Level</th>
              <th scope="col" className="number">Series</th>
              <th scope="col" className="number">Samples</th>
              <th scope="col" className="number">Size</th>
              <th scope="col">Source</th>
            </tr>
          </thead>
          <tbody>
            {shown.map((block) => (
              <Row key={block.ulid} block={block} span={span} />
            ))}
          </tbody>
        </table>
      </div>
      {shown.length < blocks.length && (
        <div className="table-more">
          The newest {shown.length} of {groupedDigits(blocks.length)}. <button className="link-button" onClick={() => setAll(true)}>Show all</button>
        </div>
      )}
    </section>
  );
}

function Groups({ blocks, filter }: { blocks: Block[]; filter: string }) {
  const span = useMemo(
    () => blocks.reduce<Span>((s, b) => ({ from: Math.min(s.from, b.minTime), to: Math.max(s.to, b.maxTime) }), { from: Infinity, to: -Infinity }),
    [blocks],
  );
  const groups = useMemo(() => {
    const byLabels = new Map<string, Block[]>();
    const word = filter.toLowerCase();
    for (const block of blocks) {
      const key = seriesName(block.thanos?.labels ?? {});
      if (!`${block.ulid} ${key} ${block.thanos?.source ?? ''}`.toLowerCase().includes(word)) continue;
      const list = byLabels.get(key);
      if (list) list.push(block);
      else byLabels.set(key, [block]);
    }
    for (const list of byLabels.values()) list.sort((a, b) => b.maxTime - a.maxTime || b.minTime - a.minTime);
    return [...byLabels].sort(([a], [b]) => a.localeCompare(b));
  }, [blocks, filter]);
  if (groups.length === 0) return <Empty title="Nothing matches the filter" />;
  return groups.map(([key, list]) => <Group key={key} blocks={list} span={span} />);
}

function errorText(err: unknown): string[] {
  if (!err) return [];
  return [typeof err === 'string' ? err : JSON.stringify(err)];
}

export function BlocksPage({ view }: { view: 'global' | 'loaded' }) {
  const [filter, setFilter] = useState('');
  const state = useApi<Blocks>(`/api/v1/blocks?view=${view}`);
  return (
    <Page
      title={view === 'loaded' ? 'Loaded blocks' : 'Blocks'}
      state={state}
      tools={<FilterBox value={filter} onChange={setFilter} placeholder="Filter by block, label or source" />}
    >
      {(data) => (
        <>
          <Notice tone="error" title="The last look at the bucket failed" lines={errorText(data.err)} />
          <p className="muted">As of <Ago at={data.refreshedAt} never="no look yet" /></p>
          {(data.blocks ?? []).length === 0
            ? <Empty title="No blocks">The bucket holds none that this component looks at, or it has not looked yet.</Empty>
            : <Groups blocks={data.blocks!} filter={filter} />}
        </>
      )}
    </Page>
  );
}
