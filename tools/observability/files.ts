import { rulesYaml, testsYaml } from './alert.js';
import { alerts } from './alerts.js';
import { dashboardJson } from './dashboard.js';
import { dashboards } from './dashboards.js';

/** What is generated, by its path from the root. */
export const observabilityFiles = (): ReadonlyMap<string, string> =>
  new Map([
    ...dashboards.map((dashboard): [string, string] => [
      `deploy/observability/${dashboard.uid.replace(/^tradewind-/, '')}.dashboard.json`,
      `${JSON.stringify(dashboardJson(dashboard), undefined, 2)}\n`,
    ]),
    ['deploy/observability/alerts.yml', rulesYaml(alerts)],
    ['deploy/observability/alerts.test.yml', testsYaml(alerts)],
  ]);
