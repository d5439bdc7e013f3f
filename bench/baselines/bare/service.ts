import type pg from 'pg';
import type { Topic } from '@tradewind/messaging';
import { onStop, readConnections, ready } from '../../environment/program.js';
import { consume, type Message } from './consumer.js';
import { openPool } from './database.js';
import { topics as all } from './outbox.js';
import { startBareRelay } from './relay.js';

/** What a service has besides a relay and a consumer. */
export interface Part {
  /** Called after each batch of messages. */
  readonly onHandled?: () => void;
  /** Called before the consumer is closed, and after it. */
  readonly closeFirst?: () => Promise<unknown>;
  readonly close?: () => Promise<unknown>;
}

export interface BareService {
  readonly name: string;
  /** Connections to the database, without that of the relay. */
  readonly connections: number;
  readonly topics: readonly Topic[];
  readonly ignored?: readonly string[];
  readonly handle: (pool: pg.Pool, batch: readonly Message[]) => Promise<unknown>;
  /** `notify`: wakes up the relay. */
  readonly start?: (pool: pg.Pool, notify: () => void) => Part;
  /** Called when everything runs; by default the service is ready then. */
  readonly onStarted?: () => void;
}

const partitions = new Map(Object.values(all).map((topic) => [topic.name, topic.partitions]));

/** Runs one service until it is stopped. */
export async function runBareService(service: BareService): Promise<void> {
  const { name, connections, topics, ignored = [], handle, start, onStarted = ready } = service;
  const { url, brokers } = readConnections();
  const pool = openPool(url, connections);
  const partitionsOf = (topic: string): number => partitions.get(topic)!;
  const { notify, close } = await startBareRelay({ url, brokers, source: name, partitionsOf });
  const part = start?.(pool, notify) ?? {};
  const handleBatch = async (batch: readonly Message[]): Promise<void> => {
    await handle(pool, batch);
    notify();
    part.onHandled?.();
  };
  const stopConsumer = await consume({ brokers, group: `bare.${name}`, topics, ignored, handle: handleBatch });
  onStop(async () => {
    await part.closeFirst?.();
    await stopConsumer();
    await part.close?.();
    await close();
    await pool.end();
  });
  onStarted();
}
