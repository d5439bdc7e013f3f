import { describeState, pendingEffects, type OfService, type PendingEffect } from '@tradewind/operations';
import { age, counted, nothing, shortId, table, tag } from '../../html/elements.js';
import { html } from '../../html/html.js';
import { downIn } from '../../readings/readings.js';
import { screen } from '../screen.js';

const effectsRead = 200;

interface Effects {
  readonly effects: readonly OfService<PendingEffect>[];
}

/** Calls to the outside that have not ended. */
export const effectsScreen = screen<Effects>({
  path: '/effects',
  section: '/effects',
  async read(readings) {
    const found = await readings.of('effects', (database) => pendingEffects(database, effectsRead));
    return { effects: found.rows, down: downIn(found) };
  },
  title: () => 'Effects',
  draw: ({ effects }) =>
    html` <header><h1>Effects</h1></header>
      <section class="card" data-live id="effects">
        <h2>
          ${effects.length === 0 ? 'Calls to the outside' : `${counted(effects.length, 'call', effectsRead)} to the outside pending`}
        </h2>
        ${
          effects.length === 0
            ? nothing('No effect is pending: every call to the outside has ended.')
            : table(
                'Pending effects, oldest first',
                [
                  { heading: 'Service' },
                  { heading: 'Effect' },
                  { heading: 'Key' },
                  { heading: 'Since' },
                  { heading: 'Attempts', number: true },
                  { heading: 'State' },
                  { heading: 'Last error' },
                ],
                effects.map((effect) => [
                  effect.service,
                  effect.name,
                  shortId(effect.key),
                  age(effect.scheduledAt),
                  effect.attempts,
                  tag(kindOf(effect), stateText(effect)),
                  effect.lastError === null ? '–' : html`<span class="wrap">${effect.lastError}</span>`,
                ]),
              )
        }
      </section>`,
});

const kindOf = ({ dueIn, leasedFor, attempts }: PendingEffect): 'bad' | 'warn' | 'plain' => {
  if (dueIn === null && leasedFor === null) return 'bad';
  return attempts > 1 ? 'warn' : 'plain';
};

/** Without durations that change with each reading: the page stays the same while nothing happens. */
const stateText = (effect: PendingEffect): string => {
  if (effect.leasedFor !== null)
    return effect.leasedFor > 0 ? `runs at ${effect.holder || 'an instance'}` : 'its lease has ended';
  return describeState({
    ...effect,
    dueIn: effect.dueIn === null ? null : effect.dueIn > 0 ? Math.ceil(effect.dueIn / 60) * 60 : 0,
  });
};
