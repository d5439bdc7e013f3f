import { groupBy } from '@tradewind/kernel';
import type { Invocation } from './invocation.js';

/** Transactional handlers that share a transaction: the locks of the first are held until the last has run. */
const maxTransactional = 32;

/**
 * Splits invocations into those that may share a transaction, in an order that keeps each ordering key. Transactional handlers read what is
 * in the database, so they share none with decisions, whose rows are written at the end.
 */
export function transactionsOf(invocations: readonly Invocation[]): readonly (readonly Invocation[])[] {
  const isTransactional = ({ transactional }: Invocation): boolean => transactional === true;
  if (!invocations.some(isTransactional)) return [invocations];
  // A key moves to the next step where it changes from decisions to transactional handlers, or back.
  const steps = new Map<string, { step: number; transactional: boolean }>();
  const stepOf = (invocation: Invocation): number => {
    const transactional = isTransactional(invocation);
    const before = steps.get(invocation.orderingKey);
    const step = before ? before.step + (before.transactional === transactional ? 0 : 1) : transactional ? 1 : 0;
    steps.set(invocation.orderingKey, { step, transactional });
    return step;
  };
  const parts = [...groupBy(invocations, stepOf)].sort(([a], [b]) => a - b).map(([, part]) => part);
  return parts.flatMap((part) => (part.some(isTransactional) ? slices(part) : [part]));
}

function slices(part: readonly Invocation[]): (readonly Invocation[])[] {
  const count = Math.ceil(part.length / maxTransactional);
  return Array.from({ length: count }, (_, at) => part.slice(at * maxTransactional, (at + 1) * maxTransactional));
}
