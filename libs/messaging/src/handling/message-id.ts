import { createHash } from 'node:crypto';
import type { IncomingRecord } from '../ports/index.js';

/** A UUID of version 5 form: the first 16 bytes of the SHA-1 of the text, with the bits of version and variant set. */
function uuidOf(text: string): string {
  const hash = createHash('sha1').update(text).digest('hex');
  return `${hash.slice(0, 8)}-${hash.slice(8, 12)}-5${hash.slice(13, 16)}-8${hash.slice(17, 20)}-${hash.slice(20, 32)}`;
}

/** An id for a record without one: the same record always gets the same. */
export const derivedId = ({ topic, partition, offset }: IncomingRecord): string =>
  uuidOf(`${topic}:${partition}:${offset}`);

/** The id of a message whose publisher identifies it with any text on this topic. */
export const foreignIdOf = (topic: string, id: string): string => uuidOf(`${topic}\n${id}`);
