// The engine's own account of a query, one row an operator: what it would do, or also what that cost.
import type { Analysis } from '../api/types';
import { groupedDigits } from '../format/value';

interface Props {
  title: string;
  root: Analysis;
  costs: boolean;
}

function Rows({ node, depth, costs }: { node: Analysis; depth: number; costs: boolean }) {
  return (
    <>
      <tr>
        <td className="mono" style={{ paddingLeft: `calc(16px + ${depth * 1.4}em)` }}>{node.name ?? '–'}</td>
        {costs && (
          <>
            <td className="number">{node.executionTime ?? '–'}</td>
            <td className="number">{groupedDigits(node.totalSamples ?? 0)}</td>
            <td className="number">{groupedDigits(node.peakSamples ?? 0)}</td>
          </>
        )}
      </tr>
      {(node.children ?? []).map((child, i) => (
        <Rows key={i} node={child} depth={depth + 1} costs={costs} />
      ))}
    </>
  );
}

export function PlanTree({ title, root, costs }: Props) {
  if (!root.name) return null;
  return (
    <details className="plan" open>
      <summary>{title}</summary>
      <div className="table-scroll">
        <table className="list-table">
          <thead>
            <tr>
              <th scope="col">Operator</th>
              {costs && (
                <>
                  <th scope="col" className="number">Time</th>
                  <th scope="col" className="number">Samples</th>
                  <th scope="col" className="number">Peak</th>
                </>
              )}
            </tr>
          </thead>
          <tbody><Rows node={root} depth={0} costs={costs} /></tbody>
        </table>
      </div>
    </details>
  );
}
