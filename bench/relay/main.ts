import { Platform } from '../environment/platform.js';
import { inTurn, runBench } from '../frame/bench.js';
import { wholeNumber } from '../frame/options.js';
import { measureRound, relays } from './measure.js';
import { columns, reportOf } from './report.js';

await runBench({
  name: 'relay',
  description:
    'Measures how fast the relay of the library publishes an outbox, in turn with a bare one, and how soon a commit reaches a consumer.',
  options: {
    rows: wholeNumber('in the outbox', 200_000),
    seconds: wholeNumber('of commits at a steady rate', 20),
    rounds: wholeNumber('of each relay', 3),
  },
  success: 'every message was consumed once, in the order of its key',
  run: async ({ rows, seconds, rounds }) => {
    const platform = await Platform.open();
    const plan = { rows, steadySeconds: seconds };
    const [library = [], bare = []] = await inTurn({
      rounds,
      variants: relays,
      nameOf: (relay) => relay,
      measure: (relay, round) => measureRound(platform, relay, round, plan),
      columns,
    });
    return reportOf(plan, { library, bare });
  },
});
