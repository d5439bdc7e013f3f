import type { TransferRequest } from '../job.js';
import type { Servers } from '../servers.js';

/** Where a contender works: topics, groups and databases of its own. */
export interface Place {
  /** Unique; made of letters, digits and hyphens. */
  readonly name: string;
  readonly brokers: readonly string[];
  readonly producerUrl: string;
  readonly consumerUrl: string;
  readonly transfers: string;
  readonly balances: string;
}

export interface Producer {
  /** Stores a transfer and publishes it, as the contender does it. */
  readonly transfer: (request: TransferRequest) => Promise<void>;
  readonly close: () => Promise<void>;
}

/** A process beside producer and consumer. */
export interface Relay {
  readonly pid: number;
  kill(): Promise<void>;
  stop(): Promise<unknown>;
}

/** One way to publish and to handle events. */
export interface Contender {
  /** Creates what it needs beside the tables of the job. */
  readonly prepare: (place: Place) => Promise<void>;
  readonly startProducer: (place: Place) => Promise<Producer>;
  readonly startConsumer: (place: Place) => Promise<{ readonly close: () => Promise<void> }>;
  /** For a contender with a process of its own. */
  readonly startRelay?: (place: Place, servers: Pick<Servers, 'folder' | 'logs'>) => Promise<Relay>;
  readonly groupOf: (place: Place) => string;
  /** Queries of the producer's database: ids of transfers that are not published yet. */
  readonly unpublished?: string;
  /** Query of the consumer's database: ids of transfers that are dead-lettered, or wait behind one. */
  readonly deadLettered?: string;
}

/** How the page names a contender, and where its program is shown as it is used here. */
export interface Described {
  readonly title: string;
  readonly source: string;
}

export const contenders = {
  transactional: {
    title: 'Tradewind, transactional handler',
    source: 'libs/messaging/README.md and docs/guides/transactional-handlers.md',
  },
  decision: { title: 'Tradewind, decision', source: 'libs/messaging/README.md and docs/guides/decisions.md' },
  nest: {
    title: "Nest's Kafka transport",
    source: 'NestJS documentation, "Microservices: Kafka" and "Exception filters"',
  },
  'by-hand': {
    title: 'Outbox by hand',
    source: 'microservices.io, "Transactional outbox" and "Idempotent consumer"; kafkajs documentation, "Consuming"',
  },
  'pg-transactional-outbox': {
    title: 'pg-transactional-outbox',
    source: 'README of pg-transactional-outbox, polling listener for outbox and inbox',
  },
  debezium: {
    title: 'Debezium outbox event router',
    source: 'Debezium documentation, "Outbox Event Router" and "PostgreSQL connector"; the consumer is the one by hand',
  },
} as const satisfies Record<string, Described>;

export type ContenderName = keyof typeof contenders;
export const contenderNames = Object.keys(contenders) as ContenderName[];

/** Loads only the program of this contender. */
export async function contenderNamed(name: string): Promise<Contender> {
  const file = name === 'transactional' || name === 'decision' ? 'tradewind' : name;
  const module = (await import(`./${file}.js`)) as Readonly<Record<string, Contender>>;
  return module[name] ?? module['contender']!;
}
