// Head statistics: what makes up the cardinality.
import { useApi } from '../api/use_api';
import { groupedDigits, readableBytes } from '../format/value';
import { FactTable } from '../parts/FactTable';
import { Page } from '../parts/Page';

interface Stat {
  name: string;
  value: number;
}

interface TsdbStatus {
  tenant?: string;
  headStats?: { numSeries?: number; numLabelPairs?: number; chunkCount?: number };
  seriesCountByMetricName?: Stat[] | null;
  labelValueCountByLabelName?: Stat[] | null;
  memoryInBytesByLabelName?: Stat[] | null;
  seriesCountByLabelValuePair?: Stat[] | null;
}

function Lists({ status }: { status: TsdbStatus }) {
  const head = status.headStats ?? {};
  const rows = (list: Stat[] | null | undefined, show = groupedDigits) =>
    (list ?? []).map(({ name, value }) => [name, show(value)] as const);
  return (
    <>
      <FactTable
        counts
        title={status.tenant ? `Head of ${status.tenant}` : 'Head'}
        rows={[
          ['Series', groupedDigits(head.numSeries ?? 0)],
          ['Chunks', groupedDigits(head.chunkCount ?? 0)],
          ['Label pairs', groupedDigits(head.numLabelPairs ?? 0)],
        ]}
      />
      <div className="columns">
        <FactTable counts title="Metrics with most series" rows={rows(status.seriesCountByMetricName)} />
        <FactTable counts title="Labels with most values" rows={rows(status.labelValueCountByLabelName)} />
        <FactTable counts title="Label pairs with most series" rows={rows(status.seriesCountByLabelValuePair)} />
        <FactTable counts title="Labels using most memory" rows={rows(status.memoryInBytesByLabelName, readableBytes)} />
      </div>
    </>
  );
}

export function TsdbStatusPage() {
  const state = useApi<TsdbStatus | TsdbStatus[]>('/api/v1/status/tsdb');
  return (
    <Page title="TSDB status" state={state}>
      {(data) => (Array.isArray(data) ? data : [data]).map((status, i) => <Lists key={i} status={status} />)}
    </Page>
  );
}
