import { inboxPlaceOf } from './inbox-place.js';
import type { PoisonedRecord } from './decoded.js';
import type { Invocation } from './invocation.js';

/** A record that cannot be read runs like a message that fails, so that order, inbox and blocked keys apply to it as well. */
export const poisonedInvocation = (consumer: string, record: PoisonedRecord): Invocation => ({
  cause: record.id,
  orderingKey: record.orderingKey,
  consumer,
  place: inboxPlaceOf(record),
  load: {},
  input: record,
  decide: () => {
    throw record.poison;
  },
});
