import { Sagas, type SagaRow } from '@tradewind/messaging';
import { consumers } from '../shop/consumers.js';
import { serviceNames } from '../shop/services.js';
import type { SimulatedShop } from '../shop/simulated-shop.js';

/** Virtual milliseconds that the shop may take to come to rest, and between two looks. */
const patience = 1_800_000;
const look = 1_000;

/** Lets time pass until nothing moves any more; what still does when it took too long, else nothing. */
export async function restless(shop: SimulatedShop): Promise<string[]> {
  const { simulation } = shop;
  const end = simulation.elapsed + patience;
  for (;;) {
    const open = unrest(shop);
    if (open.length === 0 || simulation.elapsed > end) return open;
    await simulation.run(look);
  }
}

/** What still moves, in words; empty when nothing does. */
function unrest({ databases, kafka }: SimulatedShop): string[] {
  const open: string[] = [];
  for (const name of serviceNames) {
    const { outbox, effects, inbox } = databases[name];
    const rows = outbox.waiting().length;
    const calls = effects.committed().filter(({ doneAt }) => doneAt === undefined).length;
    if (rows > 0) open.push(`${rows} messages of ${name} are not published`);
    if (calls > 0) open.push(`${calls} effects of ${name} are not settled`);
    if (inbox.parkedCount() > 0) open.push(`${inbox.parkedCount()} messages of ${name} are parked`);
  }
  for (const { id, state } of databases.order.rows<SagaRow>(Sagas))
    if (state.status === 'running' || state.status === 'undoing') open.push(`${id} is ${state.status}: ${state.step}`);
  for (const { group, topics } of consumers) {
    const { committed } = kafka.group(group);
    const behind = topics
      .flatMap((topic) => kafka.ends(topic))
      .filter(({ topic, partition, end }) => end > (committed.get(`${topic}:${partition}`)?.next ?? 0n));
    if (behind.length > 0)
      open.push(
        `${group} has not read ${behind.map(({ topic, partition }) => `${topic}:${partition}`).join(', ')} to the end`,
      );
  }
  return open;
}
