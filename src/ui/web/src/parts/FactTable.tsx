import type { ReactNode } from 'react';

// Names and values in two columns.
export function FactTable({ title, rows }: { title: string; rows: ReadonlyArray<readonly [string, ReactNode]> }) {
  return (
    <section className="card" aria-label={title}>
      <div className="card-head">
        <h2>{title}</h2>
      </div>
      <table className="list-table fact-table">
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
