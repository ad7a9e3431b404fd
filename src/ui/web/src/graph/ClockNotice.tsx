// Says when the clocks of browser and server differ so much that "now" means two things.
import { useEffect, useState } from 'react';
import { apiGet } from '../api/client';
import { readableSpan } from '../format/duration';
import { Notice } from '../parts/Notice';

const kToleratedMs = 30_000;

export function ClockNotice() {
  const [lines, setLines] = useState<string[]>([]);
  useEffect(() => {
    const abort = new AbortController();
    apiGet<{ result: [number, string] }>('/api/v1/query?query=time()', abort.signal)
      .then(({ data }) => {
        const apart = Date.now() - Number(data.result[1]) * 1000;
        if (Math.abs(apart) <= kToleratedMs) return;
        const word = apart > 0 ? 'ahead of' : 'behind';
        setLines([`This browser's clock is ${readableSpan(Math.abs(apart))} ${word} the server's. Queries that end now may miss data.`]);
      })
      // A server that cannot answer says so at the first real query.
      .catch(() => undefined);
    return () => abort.abort();
  }, []);
  return <Notice tone="warning" lines={lines} />;
}
