import { Poison } from '@tradewind/kernel';
import type { InboxPlace } from '../ports/index.js';
import type { Decoded } from './decoded.js';
import type { Invocation } from './invocation.js';

/** Only a message of an outbox can be published twice, so only its time is compared. */
export const inboxPlaceOf = ({ record: { partition, offset, headers }, id }: Decoded): InboxPlace => ({
  partition,
  offset,
  createdAt: headers['ce_id'] === id && headers['ce_sequence'] !== undefined ? timeOf(headers['ce_time']) : undefined,
});

function timeOf(text: string | undefined): number | undefined {
  const time = text === undefined ? Number.NaN : Date.parse(text);
  return time >= 0 ? time : undefined; // PostgreSQL has no time for some of the others.
}

/** The reason for which a doubtful message becomes a dead letter: a person decides whether it was handled. */
export const doubt = ({ cause, place }: Invocation): Poison =>
  new Poison(
    `the inbox cannot tell whether ${cause} was handled: it was made ${place?.createdAt === undefined ? 'at an unknown time' : new Date(place.createdAt).toISOString()} and read at offset ${place?.offset}, ` +
      'and marks of that time were pruned. It was published a second time or very late, or its topic was created again. Redrive it if it was not handled, else discard it.',
  );
