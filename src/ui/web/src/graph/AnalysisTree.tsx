// The engine's own account of a query: one row an operator.
import type { Analysis } from '../api/types';
import { groupedDigits } from '../format/value';

function Rows({ node, depth }: { node: Analysis; depth: number }) {
  return (
    <>
      <tr>
        <td className="mono" style={{ paddingLeft: `calc(16px + ${depth * 1.4}em)` }}>{node.name ?? '–'}</td>
        <td className="number">{node.executionTime ?? '–'}</td>
        <td className="number">{groupedDigits(node.totalSamples ?? 0)}</td>
        <td className="number">{groupedDigits(node.peakSamples ?? 0)}</td>
      </tr>
      {(node.children ?? []).map((child, i) => (
        <Rows key={i} node={child} depth={depth + 1} />
      ))}
    </>
  );
}

export function AnalysisTree({ root }: { root: Analysis }) {
  if (!root.name) return null;
  return (
    <details className="analysis" open>
      <summary>Analysis</summary>
      <div className="table-scroll">
        <table className="list-table">
          <thead>
            <tr>
              <th scope="col">Operator</th>
              <th scope="col" className="number">Time</th>
              <th scope="col" className="number">Samples</th>
              <th scope="col" className="number">Peak</th>
            </tr>
          </thead>
          <tbody><Rows node={root} depth={0} /></tbody>
        </table>
      </div>
    </details>
  );
}
