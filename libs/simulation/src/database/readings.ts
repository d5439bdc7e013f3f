import type { SagaRow, StoreReadings } from '@tradewind/messaging/internals';
import type { SimulatedDatabase } from './simulated-database.js';

type DeadLetters = Awaited<ReturnType<StoreReadings['deadLetters']>>;
type OpenSagas = Awaited<ReturnType<StoreReadings['openSagas']>>;

function counted(pairs: readonly (readonly [string, string])[]): [string, string, number][] {
  const counts = new Map<string, [string, string, number]>();
  for (const [first, second] of pairs) {
    const known = counts.get(`${first}\n${second}`);
    if (known) known[2]++;
    else counts.set(`${first}\n${second}`, [first, second, 1]);
  }
  return [...counts.values()].sort((a, b) => b[2] - a[2]);
}

/** Dead letters by consumer and cause; of effects by name. */
export function deadLettersOf({ inbox, effects }: SimulatedDatabase): DeadLetters {
  const blocked = inbox.blockedKeys();
  const causeOf = (consumer: string, orderingKey: string): string =>
    blocked.find((row) => row.consumer === consumer && row.orderingKey === orderingKey)?.cause ?? 'unknown';
  const letters = inbox
    .deadLetters()
    .map(({ consumer, orderingKey }): [string, string] => [consumer, causeOf(consumer, orderingKey)]);
  const ended = effects
    .committed()
    .filter(({ deadLetteredAt, doneAt }) => deadLetteredAt !== undefined && doneAt === undefined);
  return counted([...letters, ...ended.map(({ name }): [string, string] => ['effects', name])]).map(
    ([consumer, cause, count]) => ({ consumer, cause, count }),
  );
}

/** Sagas that have not ended, by step. */
export const openSagasOf = (rows: readonly SagaRow[]): OpenSagas =>
  counted(
    rows
      .filter(({ status }) => status === 'running' || status === 'compensating')
      .map(({ saga, state }): [string, string] => [saga, state.step ?? '']),
  ).map(([saga, step, count]) => ({ saga, step, count }));
