import type { NetworkFault } from '../network/network-fault.js';
import type { BugContext } from './bug-context.js';
import type { Check, PlantedBug } from './planted-bug.js';
import { adminToken, reprice } from './price-changes.js';
import { shorterTimeout } from './shorter-timeout.js';
import type { Replacement } from '../injection/patch.js';

const publisher = 'libs/messaging/dist/adapters/kafkajs/kafkajs-publisher.js';

/** Changes a line of the publisher. */
export const inPublisher = (find: string, replacement: string): Replacement => ({ file: publisher, find, replacement });

/** Changes a line of the relay. */
export const inRelay = (find: string, replacement: string): Replacement => ({
  file: 'libs/messaging/dist/outbox/relay.js',
  find,
  replacement,
});

interface IdempotentProducer {
  readonly name: string;
  /** What is wrong besides the idempotent producer. */
  readonly changes: readonly Replacement[];
  readonly foundBy: Check;
  /** The price in the message whose response is lost. */
  readonly price: number;
  /** More messages of the same key, and what happens to their responses. Heals `lost`. */
  readonly more: (
    context: BugContext,
    scenario: {
      readonly reprice: (price: number) => Promise<void>;
      readonly lost: NetworkFault;
      /** Swallows every n-th response to the relay of the product service. */
      readonly swallow: (every: number) => NetworkFault;
    },
  ) => Promise<void>;
}

/** The product service's relay uses an idempotent producer, and the response to a message is lost while there are more of its key. */
export const idempotentProducer = ({ name, changes, foundBy, price, more }: IdempotentProducer): PlantedBug => ({
  name,
  service: 'product',
  changes: [inPublisher('idempotent: false', 'idempotent: true'), ...changes],
  foundBy,
  scenario: {
    network: true,
    settings: [shorterTimeout],
    async run(context) {
      await context.waitUntilIdle();
      const token = await adminToken(context);
      const repriced = (to: number): Promise<void> => reprice(context, token, to);
      const swallow = (every: number): NetworkFault =>
        context.kafka.drop.responses({ api: 'produce', occurrences: { every }, how: 'swallow', client: /^product$/ });
      const lost = swallow(1);
      await context.passes('relay.before-send', () => repriced(price));
      await more(context, { reprice: repriced, lost, swallow });
    },
  },
});
