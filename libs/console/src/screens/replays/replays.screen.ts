import { replays, type OfService, type ReplaySummary } from '@tradewind/operations';
import { instant, nothing, shortId, table, tag, type Kind } from '../../html/elements.js';
import { html } from '../../html/html.js';
import { downIn } from '../../readings/readings.js';
import { screen } from '../screen.js';

const replaysRead = 50;

interface Replays {
  readonly replays: readonly OfService<ReplaySummary>[];
}

/** Messages that are handled again: what was asked for, and how far it is. */
export const replaysScreen = screen<Replays>({
  path: '/replays',
  section: '/replays',
  async read(readings) {
    const found = await readings.of('replays', (database) => replays(database, replaysRead));
    const sorted = found.rows.toSorted((a, b) => b.startedAt.getTime() - a.startedAt.getTime());
    return { replays: sorted.slice(0, replaysRead), down: downIn(found) };
  },
  title: () => 'Replays',
  draw: ({ replays: found }) =>
    html` <header><h1>Replays</h1></header>
      <section class="card" data-live id="replays">
        <h2>Messages handled again, the latest first</h2>
        ${
          found.length === 0
            ? nothing('There was no replay. "tradewind replay" starts one in the program of the service.')
            : table(
                'Replays',
                [
                  { heading: 'Replay' },
                  { heading: 'Consumer' },
                  { heading: 'State' },
                  { heading: 'Messages' },
                  { heading: 'Started' },
                  { heading: 'Last progress' },
                  { heading: 'Reason' },
                ],
                found.map((each) => [
                  shortId(each.id),
                  each.generation === null ? each.consumer : `${each.consumer}, generation ${each.generation}`,
                  tag(kinds[each.state], each.state),
                  Object.entries(each.counts)
                    .map(([what, count]) => `${what} ${count.toLocaleString('en')}`)
                    .join(' · ') || '–',
                  instant(each.startedAt),
                  instant(each.updatedAt),
                  html`<span class="wrap">${each.reason}</span>`,
                ]),
              )
        }
      </section>`,
});

const kinds: Readonly<Record<ReplaySummary['state'], Kind>> = {
  running: 'warn',
  stopped: 'plain',
  done: 'ok',
  failed: 'bad',
};
