import { metrics } from '../../../tools/observability/metrics.js';

const samples = (text: string): string[] => text.split('\n').filter((line) => line !== '' && !line.startsWith('#'));

export const seriesIn = (text: string): number => samples(text).length;

/** The metrics of a scrape, each with the labels that its series have. */
export function metricsIn(text: string): Map<string, Set<string>> {
  const found = new Map<string, Set<string>>(
    [...text.matchAll(/^# TYPE (\w+)/gm)].map(([, name = '']) => [name, new Set()]),
  );
  for (const line of samples(text)) {
    const [, name = '', labels = ''] = /^(\w+)(?:\{(.*)\})? /.exec(line) ?? [];
    const metric = found.get(name) ?? found.get(name.replace(/_(bucket|sum|count)$/, ''));
    for (const [, label = ''] of labels.matchAll(/(\w+)="/g)) if (label !== 'le') metric?.add(label);
  }
  return found;
}

/** What dashboards and alerts expect otherwise: metrics that no instance exposes, and other labels than theirs. */
export function missingMetrics(exposed: ReadonlyMap<string, ReadonlySet<string>>): string[] {
  const wrong = metrics.flatMap(({ name, labels }) => {
    const found = exposed.get(name);
    if (!found) return [`${name} is not exposed`];
    const different = found.size > 0 && [...found].sort().join() !== [...labels].sort().join();
    return different ? [`${name} has the labels ${[...found].join(', ')}`] : [];
  });
  const listed = new Set(metrics.map(({ name }) => name));
  const unlisted = [...exposed.keys()].filter((name) => name.startsWith('tradewind_') && !listed.has(name));
  return [...wrong, ...unlisted.map((name) => `${name} is not in tools/observability/metrics.ts`)];
}
