import { age, nothing, table, tag } from '../../html/elements.js';
import { html } from '../../html/html.js';
import { screen } from '../screen.js';
import { readLag, type Lag } from './lag.js';

interface Flow {
  readonly lags: readonly Lag[];
}

/** How far consumers are behind, the farthest first. */
export const flowScreen = screen<Flow>({
  path: '/flow',
  section: '/flow',
  async read(readings) {
    const { lags, down } = await readLag(readings);
    return { lags: lags.toSorted((a, b) => b.records - a.records), down };
  },
  title: () => 'Flow',
  draw: ({ lags }) =>
    html` <header><h1>Flow</h1></header>
      <section class="card" data-live id="flow">
        <h2>How far consumers are behind</h2>
        ${
          lags.length === 0
            ? nothing('No service has described a consumer.')
            : table(
                'Lag by consumer and topic',
                [
                  { heading: 'Consumer' },
                  { heading: 'Topic' },
                  { heading: 'Partitions', number: true },
                  { heading: 'Records behind', number: true },
                  { heading: 'Oldest' },
                  { heading: 'State' },
                ],
                lags.map(({ group, topic, partitions, records, since }) => [
                  group,
                  topic,
                  partitions,
                  records.toLocaleString('en'),
                  since ? age(since) : '–',
                  records === 0 ? tag('ok', 'caught up') : tag(records > 1_000 ? 'bad' : 'warn', 'behind'),
                ]),
              )
        }
      </section>`,
});
