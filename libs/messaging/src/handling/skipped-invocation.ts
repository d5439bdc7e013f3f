import { nothing } from './decision.js';
import type { SkippedRecord } from './decoded.js';
import type { Invocation } from './invocation.js';

/** Removes a dead letter that is skipped when it is redriven. */
export const skippedInvocation = (consumer: string, { id, orderingKey }: SkippedRecord): Invocation => ({
  cause: id,
  orderingKey,
  consumer,
  redriven: true,
  load: {},
  input: undefined,
  decide: () => nothing(),
});
