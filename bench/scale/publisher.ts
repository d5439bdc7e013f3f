import { setTimeout as pause } from 'node:timers/promises';
import type { OutgoingRecord, Publisher } from '@tradewind/messaging/internals';
import { recordOf } from '../workload/record.js';
import { numbering } from '../workload/workload.js';
import { jobTopic, jobType } from './job.js';
import { nameOf } from './verify.js';

/** Enough that concurrent jobs rarely have the same owner, few enough that each owner has many jobs. */
const owners = 400;
/** Milliseconds between sends: at a steady rate, and at full load; and the most records of one send. */
const steadyInterval = 20;
const refillInterval = 100;
const sendSize = 500;

/** Publishes numbered jobs of random owners, like a relay: one awaited send at a time. */
export class JobPublisher {
  /** When each job was sent, before the broker acknowledged it, by name. */
  readonly sentAt = new Map<string, number>();
  readonly #numberOf = numbering();

  constructor(private readonly publisher: Publisher) {}

  /** Keeps a number of jobs in progress. */
  async fullLoad(inProgress: number, completed: () => number, milliseconds: number): Promise<void> {
    const end = Date.now() + milliseconds;
    while (Date.now() < end) await this.#send(inProgress - (this.sentAt.size - completed()), refillInterval);
  }

  /** Publishes at a rate while the condition holds. */
  async steadyRate(perSecond: number, condition: () => boolean): Promise<void> {
    const [since, before] = [Date.now(), this.sentAt.size];
    while (condition()) {
      const due = Math.floor(((Date.now() - since) / 1_000) * perSecond);
      await this.#send(due - (this.sentAt.size - before), steadyInterval);
    }
  }

  close(): Promise<void> {
    return this.publisher.close();
  }

  async #send(count: number, pauseMs: number): Promise<void> {
    if (count > 0)
      await this.publisher.publish(Array.from({ length: Math.min(count, sendSize) }, () => this.#nextRecord()));
    await pause(pauseMs);
  }

  #nextRecord(): OutgoingRecord {
    const owner = `owner-${Math.floor(Math.random() * owners)}`;
    const [number, occurredAt] = [this.#numberOf(owner), new Date()];
    this.sentAt.set(nameOf({ owner, number }), occurredAt.getTime());
    const fields = { owner, number };
    return recordOf({ topic: jobTopic, key: owner, type: jobType, fields, sequence: number, occurredAt });
  }
}
