import type { IncomingRecord, Subscription, TopicPartition } from '../ports/index.js';
import { sizeOf } from './pending-queue.js';

/** Fetching pauses above this number of buffered bytes and resumes below the other. */
const pauseAbove = 32 * 1024 * 1024;
const resumeBelow = 8 * 1024 * 1024;

/** Bounds the memory of fetched records, and pauses single partitions. */
export class BackPressure {
  #bytes = 0;
  #paused = false;

  constructor(private readonly subscription: () => Subscription | undefined) {}

  add(record: IncomingRecord): void {
    this.#bytes += sizeOf(record);
  }

  /** Call it once after all records of a fetch were added. */
  apply(): void {
    if (this.#paused || this.#bytes <= pauseAbove) return;
    this.#paused = true;
    this.subscription()?.pause();
  }

  remove(record: IncomingRecord): void {
    this.#bytes -= sizeOf(record);
    this.#resume(resumeBelow);
  }

  /** The buffer was dropped. */
  clear(): void {
    this.#bytes = 0;
    this.#resume(0);
  }

  /** Pauses a partition. While everything is paused nothing is done: the partition is fetched again with the others and then paused. */
  pausePartition(partition: TopicPartition): void {
    if (!this.#paused) this.subscription()?.pause([partition]);
  }

  /** Resumes partitions. While everything is paused nothing is done: resuming all resumes these as well. */
  resumePartitions(partitions: readonly TopicPartition[]): void {
    if (!this.#paused && partitions.length > 0) this.subscription()?.resume(partitions);
  }

  #resume(below: number): void {
    if (!this.#paused || this.#bytes > below) return;
    this.#paused = false;
    this.subscription()?.resume();
  }
}
