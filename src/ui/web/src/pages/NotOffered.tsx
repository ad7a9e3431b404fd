import { Empty } from '../parts/Page';
import { routeHref } from '../router';
import { kHomeRoute, shell, type Route } from '../shell';

export function NotOffered({ route }: { route: Route | null }) {
  const home = kHomeRoute[shell.component];
  return (
    <main className="page">
      <Empty title={route === null ? 'There is no such page' : `The ${shell.component} component has no ${route} page`}>
        <a href={routeHref(home)}>Go to {home}</a>
      </Empty>
    </main>
  );
}
