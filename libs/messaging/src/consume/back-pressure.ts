import type { IncomingRecord, Subscription, TopicPartition } from '../kafka/kafka-client.js';
import { sizeOf } from './held-queue.js';

/** Bytes that may wait in memory before fetching pauses, and below which it goes on. */
const pauseAbove = 32 * 1024 * 1024;
const resumeBelow = 8 * 1024 * 1024;

/** Fetches no more than memory is there for, and nothing of partitions that have to wait. */
export class BackPressure {
  #bytes = 0;
  #paused = false;

  constructor(private readonly subscription: () => Subscription | undefined) {}

  add(record: IncomingRecord): void {
    this.#bytes += sizeOf(record);
  }

  /** After what was added at once. */
  settle(): void {
    if (this.#paused || this.#bytes <= pauseAbove) return;
    this.#paused = true;
    this.subscription()?.pause();
  }

  remove(record: IncomingRecord): void {
    this.#bytes -= sizeOf(record);
    this.#resume(resumeBelow);
  }

  /** Nothing waits any more. */
  clear(): void {
    this.#bytes = 0;
    this.#resume(0);
  }

  /** While everything is paused, it is read with everything else again, and found to wait again. */
  stop(place: TopicPartition): void {
    if (!this.#paused) this.subscription()?.pause([place]);
  }

  /** While everything is paused, they are read with everything else again. */
  goOn(places: readonly TopicPartition[]): void {
    if (!this.#paused && places.length > 0) this.subscription()?.resume(places);
  }

  #resume(below: number): void {
    if (!this.#paused || this.#bytes > below) return;
    this.#paused = false;
    this.subscription()?.resume();
  }
}
