import { createHash } from 'node:crypto';
import { groupBy } from '@tradewind/kernel';
import type { OfService } from '../databases/databases.js';
import type { BlockedKey } from './dead-letter.js';

/** Blocked keys of one consumer whose first messages have the same type and fail for the same reason. */
export interface DeadLetterGroup {
  /** The same for the same group, whatever other keys it gets. */
  readonly id: string;
  readonly service: string;
  readonly consumer: string;
  readonly type: string | null;
  readonly cause: string;
  /** The reason without what differs between messages. */
  readonly reason: string;
  /** Of one of its messages. */
  readonly example: string;
  /** Oldest first. */
  readonly keys: readonly OfService<BlockedKey>[];
  readonly messages: number;
  readonly since: Date;
}

const longest = 300;

/** What is quoted is a name of the code: `reading 'total'`. */
const isName = /^.[A-Za-z_$][A-Za-z_$.]*.$/;

/** A reason without ids, numbers and quoted values: those of two messages with the same fault are equal. */
export const withoutValues = (detail: string): string =>
  detail
    .slice(0, longest)
    .replaceAll(/[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}/gi, '…')
    .replaceAll(/"[^"]*"|(?<!\w)'[^']*'(?!\w)/g, (quoted) => (isName.test(quoted) ? quoted : '"…"'))
    .replaceAll(/\b(?=[0-9a-f]*\d)[0-9a-f]{12,}\b/gi, '…')
    .replaceAll(/\d+(?:[.,:]\d+)*/g, '#');

/** Groups of blocked keys, the one that has waited longest first. */
export function groupDeadLetters(keys: readonly OfService<BlockedKey>[]): DeadLetterGroup[] {
  const oldestFirst = keys.toSorted(
    (a, b) => a.blockedAt.getTime() - b.blockedAt.getTime() || (a.orderingKey < b.orderingKey ? -1 : 1),
  );
  const groups = groupBy(oldestFirst, ({ service, consumer, type, cause, detail }) =>
    JSON.stringify([service, consumer, type, cause, withoutValues(detail)]),
  );
  return [...groups].map(([name, members]) => {
    const { service, consumer, type, cause, detail, blockedAt } = members[0]!;
    return {
      id: createHash('sha256').update(name).digest('hex').slice(0, 12),
      ...{ service, consumer, type, cause, example: detail, keys: members, since: blockedAt },
      reason: withoutValues(detail),
      messages: members.reduce((sum, { messages }) => sum + messages, 0),
    };
  });
}
