import type { ReactNode } from 'react';

interface Props {
  title: string;
  rows: ReadonlyArray<readonly [string, ReactNode]>;
  // Long names with short numbers at the end, instead of short names with long values.
  counts?: boolean;
}

// Names and values in two columns.
export function FactTable({ title, rows, counts = false }: Props) {
  return (
    <section className="card" aria-label={title}>
      <div className="card-head">
        <h2>{title}</h2>
      </div>
      <table className={`list-table fact-table${counts ? ' count-table' : ''}`}>
        <tbody>
          {rows.map(([name, value]) => (
            <tr key={name}>
              <th scope="row">{name}</th>
              <td className="mono">{value}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  );
}
