import { Child } from '../environment/child.js';
import { waitUntil } from '../environment/wait.js';
import type { ConsumerReport } from './consumer.js';
import { jobTopic } from './job.js';
import type { Call } from './verify.js';

/** Milliseconds for a rebalance: starts on a busy machine, and the session timeout of a killed member. */
const rebalanceTimeout = 300_000;

interface Member {
  readonly child: Child<ConsumerReport>;
  /** NaN until the group has assigned its partitions. */
  partitions: number;
}

/** The consumers of one group, each a process, and what they have reported. */
export class ConsumerGroup {
  readonly calls: Call[] = [];
  /** When a consumer received records. */
  readonly receivedAt: number[] = [];
  /** Records that were received again. */
  repeatedRecords = 0;
  completed = 0;
  readonly #members: Member[] = [];
  readonly #records = new Set<string>();

  constructor(private readonly env: Readonly<Record<string, string>>) {}

  get size(): number {
    return this.#members.length;
  }

  /** Process ids by name. */
  get processes(): ReadonlyMap<string, number> {
    return new Map(this.#members.map(({ child }, index) => [`consumer-${index + 1}`, child.pid]));
  }

  /** Starts consumers, and resolves when every partition is assigned. */
  async join(count: number): Promise<void> {
    for (let index = 0; index < count; index++) {
      const onMessage = (report: ConsumerReport): void => this.#record(member, report);
      const program = { name: 'a consumer', file: new URL('consumer.js', import.meta.url), env: this.env };
      const member: Member = { child: new Child(program, { onMessage }), partitions: Number.NaN };
      this.#members.push(member);
    }
    await this.#untilAssigned();
  }

  /** Ends the newest consumer: by an orderly stop, or by SIGKILL. */
  async leave(how: 'stop' | 'kill'): Promise<void> {
    await this.#members.pop()!.child[how]();
    await this.#untilAssigned();
  }

  /** Throws when a consumer has ended by itself. */
  check(): void {
    for (const { child } of this.#members) child.check();
  }

  async stop(): Promise<void> {
    await Promise.all(this.#members.map(({ child }) => child.stop()));
  }

  async #untilAssigned(): Promise<void> {
    const isAssigned = (): boolean => {
      this.check();
      return this.#members.reduce((sum, { partitions }) => sum + partitions, 0) === jobTopic.partitions;
    };
    await waitUntil('every partition is assigned to a running consumer', isAssigned, rebalanceTimeout);
  }

  #record(member: Member, report: ConsumerReport): void {
    member.partitions = report.partitions ?? member.partitions;
    this.calls.push(...report.calls);
    this.completed += report.completed;
    this.receivedAt.push(...report.receivedAt);
    for (const record of report.records) {
      if (this.#records.has(record)) this.repeatedRecords++;
      this.#records.add(record);
    }
  }
}
