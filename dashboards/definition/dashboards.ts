/** All dashboards, derived from the kinds. A new kind appears in the overview, in its subplatform and with a site dashboard. */
import type { Kind } from '../../sensors/kind.ts';
import { SUBPLATFORMS } from '../../sensors/subplatforms.ts';
import type { Dashboard } from './dashboard.ts';
import { devicesDashboard } from './devices-dashboard.ts';
import { overviewDashboard } from './overview-dashboard.ts';
import { platformDashboard } from './platform-dashboard.ts';
import { siteDashboard } from './site-dashboard.ts';
import { subplatformDashboard } from './subplatform-dashboard.ts';

export function dashboardsOf(kinds: Iterable<Kind>): readonly Dashboard[] {
  const all = [...kinds];
  const subplatforms = (Object.keys(SUBPLATFORMS) as (keyof typeof SUBPLATFORMS)[])
    .map((name) => [name, all.filter((kind) => kind.subplatform === name)] as const)
    .filter(([, members]) => members.length > 0);
  return [
    overviewDashboard(all),
    ...subplatforms.map(([name, members]) => subplatformDashboard(name, members)),
    ...all.map(siteDashboard),
    devicesDashboard(all),
    platformDashboard(),
  ];
}
