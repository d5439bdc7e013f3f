import { message, type OutgoingMessage } from '@tradewind/saga';
import type { EntityManager } from 'typeorm';
import type { MessageClass } from '../message/index.js';
import { Decision, publishAll, schedule, type EffectRequest } from './decision.js';
import type { DecisionContext } from './handler-context.js';

/**
 * What a transactional handler is given besides the message. All of it belongs to one transaction with the inbox mark: it is committed as a
 * whole, or undone when the handler rejects. Nothing of it can be used after the handler has returned.
 */
export interface TransactionContext extends DecisionContext {
  /** TypeORM on the connection of the transaction. Its own `transaction()` makes a savepoint. */
  readonly manager: EntityManager;
  /** Publishes a message through the outbox. Throws a TypeError when it is invalid. */
  readonly publish: <M extends object>(cls: MessageClass<M>, fields: NoInfer<M>) => void;
  /** Schedules an effect, see `Effect`. */
  readonly schedule: (effect: string, key: string, payload: object) => void;
}

/** Runs a transactional handler and returns what it published and scheduled as a decision without rows. */
export async function collect(
  context: DecisionContext & { readonly manager: EntityManager },
  handle: (context: TransactionContext) => Promise<unknown>,
): Promise<Decision> {
  const messages: OutgoingMessage[] = [];
  const effects: EffectRequest[] = [];
  let isOver = false;
  const open = (what: string): void => {
    if (isOver) throw new TypeError(`${what} was called after the handler returned: await what it starts`);
  };
  try {
    const returned = await handle({
      ...context,
      publish: (cls, fields) => {
        open('publish');
        messages.push(message(cls, fields));
      },
      schedule: (effect, key, payload) => {
        open('schedule');
        effects.push({ effect, key, payload });
      },
    });
    if (returned instanceof Decision)
      throw new TypeError('a handler that returns a decision declares what it loads: @Handles(…, { load: {} })');
  } finally {
    isOver = true;
  }
  return effects.reduce(
    (decision, { effect, key, payload }) => decision.and(schedule(effect, key, payload)),
    publishAll(messages),
  );
}
