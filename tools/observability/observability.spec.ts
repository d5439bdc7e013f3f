import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { parse } from 'yaml';
import { root } from '../platform/process/paths.js';
import { alerts } from './alerts.js';
import { dashboards } from './dashboards.js';
import { observabilityFiles } from './files.js';
import { metrics, seriesNames } from './metrics.js';
import { labelsIn, namesIn } from './queries.js';

const read = (path: string): string => readFileSync(join(root, path), 'utf8');
const panels = dashboards.flatMap(({ rows }) => rows.flatMap((row) => row.panels));
const queries = [
  ...panels.flatMap((panel) => panel.queries.map(([query]) => query)),
  ...alerts.map(({ query }) => query),
];
/** Labels that Prometheus adds to every series. */
const targetLabels = ['job', 'instance', 'le'];

describe('the generated files', () => {
  it.each([...observabilityFiles()])('%s is that of npm run observability', (path, text) => {
    expect(existsSync(join(root, path)) ? read(path) : 'missing').toBe(text);
  });
  it('are YAML with an alert each', () => {
    const { groups } = parse(read('deploy/observability/alerts.yml')) as {
      groups: { rules: { alert: string; expr: string }[] }[];
    };
    expect(groups.flatMap(({ rules }) => rules.map(({ alert, expr }) => [alert, expr]))).toEqual(
      alerts.map(({ name, query }) => [name, query]),
    );
  });
});

describe.each(queries)('the query %s', (query) => {
  const used = metrics.filter((metric) => seriesNames(metric).some((name) => namesIn(query).includes(name)));
  it('asks for metrics that the services expose', () => {
    const known = metrics.flatMap(seriesNames);
    expect(namesIn(query).filter((name) => !known.includes(name))).toEqual([]);
    expect(used.length).toBeGreaterThan(0);
  });
  it('uses labels that each of them has', () => {
    for (const { labels } of used)
      expect(labelsIn(query).filter((label) => !labels.includes(label) && !targetLabels.includes(label))).toEqual([]);
  });
  it('has balanced brackets', () => {
    for (const [open, close] of ['()', '{}', '[]'].map((pair) => pair.split('')))
      expect(query.split(open!).length).toBe(query.split(close!).length);
  });
});

describe('an alert', () => {
  it.each(alerts.map(({ name }) => name))('%s has a runbook: what it means, what to look at, what to do', (name) => {
    const [, section = ''] = read('docs/operations.md').split(new RegExp(`^### ${name}$`, 'm'));
    const [runbook = ''] = section.split(/^#{1,3} /m);
    expect(runbook).toMatch(/\S/);
    expect(runbook).toMatch(/`[^`]+`|\]\(/);
  });
  it('has a name of its own, and a runbook is for an alert that exists', () => {
    const names = alerts.map(({ name }) => name);
    expect(new Set(names).size).toBe(names.length);
    const runbooks = [...read('docs/operations.md').matchAll(/^### (Tradewind\w+)$/gm)].map(([, name]) => name);
    expect(runbooks.sort()).toEqual(names.toSorted());
  });
});

describe('a panel', () => {
  it.each(panels)('$title says what it shows', ({ description }) => expect(description).toMatch(/\.$/));
  it('has a place of its own', () => {
    for (const [path, text] of observabilityFiles()) {
      if (!path.endsWith('.json')) continue;
      const { panels: placed } = JSON.parse(text) as { panels: { gridPos: { x: number; y: number } }[] };
      const places = placed.map(({ gridPos }) => `${gridPos.x} ${gridPos.y}`);
      expect(new Set(places).size).toBe(places.length);
    }
  });
});
