import { Child } from '../environment/child.js';
import { waitUntil } from '../environment/wait.js';
import { jobTopic, type Call, type ConsumerReport } from './job.js';

/** Milliseconds for a rebalance: starts on a busy machine, and the session timeout of a killed member. */
const rebalanceTimeout = 300_000;

interface Member {
  readonly child: Child<ConsumerReport>;
  /** Undefined until the group has assigned its partitions. */
  partitions: number | undefined;
}

/** The consumers of one group, each a process, and what they have reported. */
export class Consumers {
  readonly calls: Call[] = [];
  /** When a consumer received records. */
  readonly receivedAt: number[] = [];
  /** Records that were received again. */
  repeatedRecords = 0;
  completed = 0;
  readonly #members = new Map<string, Member>();
  readonly #records = new Set<string>();
  #started = 0;

  constructor(private readonly env: Readonly<Record<string, string>>) {}

  get size(): number {
    return this.#members.size;
  }

  /** Process ids by name. */
  get processes(): ReadonlyMap<string, number> {
    return new Map([...this.#members].map(([name, { child }]) => [name, child.pid]));
  }

  /** Starts consumers, and resolves when every partition is assigned. */
  async join(count: number): Promise<void> {
    for (let index = 0; index < count; index++) this.#start(`consumer-${++this.#started}`);
    await this.#untilAssigned();
  }

  /** Ends the newest consumer: by an orderly stop, or by SIGKILL. */
  async leave(how: 'stop' | 'kill'): Promise<void> {
    const [name, { child }] = [...this.#members].at(-1)!;
    this.#members.delete(name);
    await child[how]();
    await this.#untilAssigned();
  }

  /** Throws when a consumer has ended by itself. */
  check(): void {
    for (const { child } of this.#members.values()) child.check();
  }

  async stop(): Promise<void> {
    await Promise.all([...this.#members.values()].map(({ child }) => child.stop()));
  }

  async #untilAssigned(): Promise<void> {
    const isAssigned = (): boolean => {
      this.check();
      const counts = [...this.#members.values()].map(({ partitions }) => partitions ?? Number.NaN);
      return counts.reduce((sum, count) => sum + count, 0) === jobTopic.partitions;
    };
    await waitUntil('every partition is assigned to a running consumer', isAssigned, rebalanceTimeout);
  }

  #start(name: string): void {
    const file = new URL('consumer.js', import.meta.url);
    const onMessage = (report: ConsumerReport): void => this.#record(member, report);
    const child = new Child({ name, file, env: { ...this.env, CONSUMER: name } }, { onMessage });
    const member: Member = { child, partitions: undefined };
    this.#members.set(name, member);
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
