import type { ForeignReading } from './foreign-record.js';
import type { Topic } from './topic.js';

/** A topic that another system writes. */
export interface ForeignTopic extends Topic {
  readonly foreign: ForeignReading;
}

/** No service has this name. */
const anotherSystem = 'another system';

/**
 * Declares a topic that another system writes, in any format. Its messages are handled once, in the order of their record key, and
 * dead-lettered, redriven and replayed as those of the system's own topics. Its partitions, retention and compaction are its owner's choice.
 */
export const foreignTopic = (name: string, reading: ForeignReading): ForeignTopic =>
  Object.freeze({
    name,
    owner: anotherSystem,
    partitions: reading.create?.partitions ?? 1,
    retention: 'keep',
    carries: 'events',
    unknownTypes: 'dead-letter',
    foreign: Object.freeze({ ...reading }),
  });
