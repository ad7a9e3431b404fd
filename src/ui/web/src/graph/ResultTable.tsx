// The table of an instant query, for every type of result.
import { useState, type ReactNode } from 'react';
import type { MatrixSeries, QueryResult, VectorSample } from '../api/types';
import { histogramLines } from '../format/series';
import { formatTime } from '../format/time';
import { groupedDigits } from '../format/value';
import { Empty } from '../parts/Page';
import { useLocalTime } from '../parts/time_zone';
import { SeriesLabel } from './SeriesLabel';

const kRowsShown = 500;
const kPointsShown = 200;

function HistogramText({ lines }: { lines: string[] }) {
  return <pre className="histogram">{lines.join('\n')}</pre>;
}

function vectorValue({ value, histogram }: VectorSample): ReactNode {
  return histogram ? <HistogramText lines={histogramLines(histogram[1])} /> : value?.[1];
}

function PointList({ series }: { series: MatrixSeries }) {
  const local = useLocalTime();
  const [all, setAll] = useState(false);
  const points = [
    ...(series.values ?? []).map(([at, text]) => ({ at, text })),
    ...(series.histograms ?? []).map(([at, histogram]) => ({ at, text: histogramLines(histogram).join('  ') })),
  ].sort((a, b) => a.at - b.at);
  const shown = all ? points : points.slice(0, kPointsShown);
  return (
    <>
      {shown.map(({ at, text }, i) => (
        <div key={i} className="point">
          {text} <span className="muted" title={formatTime(at * 1000, local)}>@{at}</span>
        </div>
      ))}
      {shown.length < points.length && (
        <button className="link-button" onClick={() => setAll(true)}>
          {points.length - shown.length} more points
        </button>
      )}
    </>
  );
}

function rowsOf(data: QueryResult, count: number): ReactNode[] {
  switch (data.resultType) {
    case 'vector':
      return (data.result ?? []).slice(0, count).map((sample, i) => (
        <tr key={i}>
          <td><SeriesLabel metric={sample.metric} /></td>
          <td className="value">{vectorValue(sample)}</td>
        </tr>
      ));
    case 'matrix':
      return (data.result ?? []).slice(0, count).map((series, i) => (
        <tr key={i}>
          <td><SeriesLabel metric={series.metric} /></td>
          <td className="value"><PointList series={series} /></td>
        </tr>
      ));
    case 'scalar':
    case 'string':
      return [
        <tr key="0">
          <td className="muted">{data.resultType}</td>
          <td className="value">{data.result[1]}</td>
        </tr>,
      ];
  }
}

export function ResultTable({ data }: { data: QueryResult }) {
  const [all, setAll] = useState(false);
  const total = Array.isArray(data.result) && (data.resultType === 'vector' || data.resultType === 'matrix')
    ? data.result.length
    : 1;
  if (data.result === null || total === 0) {
    return <Empty title="The result is empty">No series match at this time. Check the time, the selectors and the endpoints asked.</Empty>;
  }
  const rows = rowsOf(data, all ? total : kRowsShown);
  return (
    <div className="table-scroll">
      <table className="result-table">
        <thead className="sr-only">
          <tr><th scope="col">Series</th><th scope="col">Value</th></tr>
        </thead>
        <tbody>{rows}</tbody>
      </table>
      {rows.length < total && (
        <div className="table-more">
          The first {groupedDigits(rows.length)} of {groupedDigits(total)} series.{' '}
          <button className="link-button" onClick={() => setAll(true)}>Show all</button>
        </div>
      )}
    </div>
  );
}
