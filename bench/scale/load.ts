import { setTimeout as pause } from 'node:timers/promises';
import type { KafkaClient, OutgoingRecord, Publisher } from '@tradewind/messaging';
import { outgoing } from '../ground/outgoing.js';
import { jobs } from './job.js';

/** Enough that chance seldom gives the same one twice at once, few enough that each has many jobs. */
const owners = 400;
/** Milliseconds between publications: at a steady rate, and where there is always more to do; and the most records of one. */
const tick = 20;
const refill = 100;
const most = 500;

/** Publishes numbered jobs of random owners, as a relay would: one awaited send at a time. */
export class Load {
  readonly #numbers = new Map<string, number>();
  /** When each job went out, before the broker was asked: `owner/number`. */
  readonly sentAt = new Map<string, number>();

  private constructor(private readonly publisher: Publisher) {}

  static async open(kafka: KafkaClient): Promise<Load> {
    return new Load(await kafka.publisher());
  }

  get sent(): number {
    return this.sentAt.size;
  }

  /** Keeps so many jobs under way as `open` lets, as fast as they are done, for so long. */
  async filling(open: number, done: () => number, milliseconds: number): Promise<void> {
    const end = Date.now() + milliseconds;
    while (Date.now() < end) await this.#next(open - (this.sent - done()), refill);
  }

  /** So many jobs a second, as long as `on` says. */
  async steadily(perSecond: number, on: () => boolean): Promise<void> {
    const since = Date.now();
    const before = this.sent;
    while (on()) await this.#next(Math.floor(((Date.now() - since) / 1_000) * perSecond) - (this.sent - before), tick);
  }

  close(): Promise<void> {
    return this.publisher.close();
  }

  async #next(count: number, milliseconds: number): Promise<void> {
    if (count > 0) {
      const records = Array.from({ length: Math.min(count, most) }, () => this.#job());
      await this.publisher.publish(records);
    }
    await pause(milliseconds);
  }

  #job(): OutgoingRecord {
    const owner = `owner-${Math.floor(Math.random() * owners)}`;
    const number = (this.#numbers.get(owner) ?? 0) + 1;
    this.#numbers.set(owner, number);
    const occurredAt = new Date();
    this.sentAt.set(`${owner}/${number}`, occurredAt.getTime());
    return outgoing({
      topic: jobs,
      key: owner,
      type: 'bench.do',
      fields: { owner, number },
      sequence: number,
      occurredAt,
    });
  }
}
