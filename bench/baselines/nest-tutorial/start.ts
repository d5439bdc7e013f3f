import { createTopics } from '../../environment/kafka.js';
import type { StartShop } from '../../orders/shop-under-test.js';
import { startNestShop } from '../nest-shop/start.js';
import { allTopics, topics } from './topics.js';

/**
 * The shop as tutorials for NestJS with Kafka build it: a handler saves with TypeORM, then emits the next event. Without outbox, inbox and saga,
 * a crash between the two loses the event, and a repeated record is handled again.
 */
export const startNestTutorial: StartShop = async (environment) => {
  await createTopics(environment.brokers, allTopics);
  return startNestShop('tutorial', new URL('main.js', import.meta.url), environment, topics.orderEvents);
};
