import { databaseServices, type DatabaseService } from '../../services.js';
import { gatherActions, type ServiceActions } from '../facts/action-facts.js';
import { gatherBookings } from '../facts/payment-facts.js';
import { logOf, type ShopFacts } from '../facts/shop-facts.js';
import { compactedTopicConsumers, consumedTypes, serviceOf } from '../invariants/consumed-types.js';
import { checkEffectsOnce, type ConsumerFacts } from '../invariants/effects-once.js';
import { section } from './audit-section.js';

/** The service with the ledger. */
const accountant: DatabaseService = 'payment';

export const effectsOnce = section({
  id: 'G7',
  needs: databaseServices,
  gather: async (snapshots, _, log) => {
    log('reading actions and their causes');
    return {
      actions: await Promise.all(
        databaseServices.map((service) =>
          gatherActions(snapshots[service], service, { hasLedger: service === accountant }),
        ),
      ),
      bookings: await gatherBookings(snapshots[accountant]),
    };
  },
  check: ({ actions, bookings }, shop) =>
    checkEffectsOnce({
      consumers: consumersOf(actions, shop),
      actions,
      bookings,
      records: [...shop.logs.values()].map((log) => log.ids()),
    }),
});

/** The consumers that the audit knows, and every other one that has an inbox. */
function* consumersOf(
  actions: readonly ServiceActions[],
  { messaging, logs, behind }: ShopFacts,
): Generator<ConsumerFacts> {
  const names = new Set([...Object.keys(consumedTypes), ...actions.flatMap(({ inboxes }) => [...inboxes.keys()])]);
  for (const consumer of names) {
    if (compactedTopicConsumers.includes(consumer)) continue;
    const handles = consumedTypes[consumer];
    const own = actions.find(({ service }) => service === serviceOf(consumer));
    const deadLetters = messaging.flatMap((each) => each.deadLetters.filter((letter) => letter.consumer === consumer));
    yield {
      consumer,
      handles,
      records: Object.keys(handles ?? {}).map((topic) => logOf(logs, topic).byId()),
      inbox: own?.inboxes.get(consumer) ?? [],
      deadLetters: new Set(deadLetters.map(({ message }) => message)),
      discarded: own?.discarded.get(consumer) ?? new Set(),
      behind: new Set(behind.filter((each) => each.consumer === consumer).map(({ topic }) => topic)),
    };
  }
}
