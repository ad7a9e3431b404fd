// What each endpoint was asked and gave, over all selectors of a query.
import type { Analysis, Fanout } from '../api/types';
import { groupedDigits, readableBytes } from '../format/value';

function fanoutsOf(node: Analysis): Fanout[] {
  return [...(node.fanout ?? []), ...(node.children ?? []).flatMap(fanoutsOf)];
}

const kCounts = ['series', 'chunks', 'samples'] as const;

export function FanoutTable({ root }: { root: Analysis }) {
  const fanouts = fanoutsOf(root);
  if (fanouts.length === 0) return null;
  return (
    <details className="plan">
      <summary>Fan-out to {fanouts.length === 1 ? 'one endpoint' : `${fanouts.length} endpoint requests`}</summary>
      <div className="table-scroll">
        <table className="list-table">
          <thead>
            <tr>
              <th scope="col">Endpoint</th>
              <th scope="col" className="number">Time</th>
              <th scope="col" className="number">Series</th>
              <th scope="col" className="number">Chunks</th>
              <th scope="col" className="number">Samples</th>
              <th scope="col" className="number">Bytes</th>
            </tr>
          </thead>
          <tbody>
            {fanouts.map((fanout, i) => (
              <tr key={i}>
                <td className="mono">{fanout.endpointAddr ?? '–'}</td>
                <td className="number">{fanout.duration ?? '–'}</td>
                {kCounts.map((count) => (
                  <td key={count} className="number">{groupedDigits(fanout[count] ?? 0)}</td>
                ))}
                <td className="number">{readableBytes(fanout.bytesProcessed ?? 0)}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </details>
  );
}
