import { setTimeout as pause } from 'node:timers/promises';
import type { KafkaClient } from '@tradewind/messaging';
import type { OutgoingRecord, Publisher } from '@tradewind/messaging/internals';
import { recordOf } from '../workload/record.js';
import { jobTopic, jobType } from './job.js';

/** Enough that concurrent jobs rarely have the same owner, few enough that each owner has many jobs. */
const owners = 400;
/** Milliseconds between sends: at a steady rate, and at full load; and the most records of one send. */
const steadyInterval = 20;
const refillInterval = 100;
const sendSize = 500;

/** Publishes numbered jobs of random owners, like a relay: one awaited send at a time. */
export class JobPublisher {
  /** When each job was sent, before the broker acknowledged it, by `owner/number`. */
  readonly sentAt = new Map<string, number>();
  readonly #numbers = new Map<string, number>();

  private constructor(private readonly publisher: Publisher) {}

  static async open(kafka: KafkaClient): Promise<JobPublisher> {
    return new JobPublisher(await kafka.publisher());
  }

  get sent(): number {
    return this.sentAt.size;
  }

  /** Keeps a number of jobs in progress. */
  async fullLoad(inProgress: number, completed: () => number, milliseconds: number): Promise<void> {
    const end = Date.now() + milliseconds;
    while (Date.now() < end) await this.#send(inProgress - (this.sent - completed()), refillInterval);
  }

  /** Publishes at a rate while the condition holds. */
  async steadyRate(perSecond: number, condition: () => boolean): Promise<void> {
    const [since, before] = [Date.now(), this.sent];
    while (condition())
      await this.#send(Math.floor(((Date.now() - since) / 1_000) * perSecond) - (this.sent - before), steadyInterval);
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
    const number = (this.#numbers.get(owner) ?? 0) + 1;
    this.#numbers.set(owner, number);
    const occurredAt = new Date();
    this.sentAt.set(`${owner}/${number}`, occurredAt.getTime());
    const fields = { owner, number };
    return recordOf({ topic: jobTopic, key: owner, type: jobType, fields, sequence: number, occurredAt });
  }
}
