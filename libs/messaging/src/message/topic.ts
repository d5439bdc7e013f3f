import { checkRetention, type TopicRetention } from './topic-retention.js';
import type { ForeignReading } from './foreign-record.js';

/** A Kafka topic as the contracts declare it. Provisioning creates it; a service does not start when the broker has it with other settings. */
export interface Topic {
  /** `<owner's area>.<commands|events>`, `<service>.dlq`, or the name of a compacted topic. */
  readonly name: string;
  /** The only service that publishes to it, through its outbox. */
  readonly owner: string;
  /** Changed only by a partition increase, which keeps the order of each key. */
  readonly partitions: number;
  /** What the broker keeps. The outbox archives everything except the records of compacted topics. */
  readonly retention: TopicRetention;
  /** A command asks one service and must not be skipped; an event may be. Default: events. */
  readonly carries: 'commands' | 'events';
  /** What consumers do with a message whose type is not in their contracts. Default: `skip` for events, `dead-letter` for commands. */
  readonly unknownTypes: 'skip' | 'dead-letter';
  /** Of a topic that another system writes, see `foreignTopic`. */
  readonly foreign?: ForeignReading;
}

type TopicSettings = Partial<Omit<Topic, 'name' | 'owner' | 'foreign'>> & { readonly owner: string };

/** Declares a topic. Throws a TypeError on a retention that is none, and where unknown commands would be skipped. */
export function topic(name: string, settings: TopicSettings): Topic {
  const { carries = 'events', unknownTypes = carries === 'events' ? 'skip' : 'dead-letter' } = settings;
  if (carries === 'commands' && unknownTypes === 'skip')
    throw new TypeError(`${name} carries commands: a command of an unknown type cannot be skipped`);
  const declared: Topic = Object.freeze({ partitions: 6, retention: 'keep', ...settings, carries, unknownTypes, name });
  checkRetention(name, declared.retention);
  return declared;
}
