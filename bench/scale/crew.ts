import { fork, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { hold } from '../ground/bench-life.js';
import { endChild } from '../ground/end-child.js';
import { jobs } from './job.js';
import type { Told } from './told.js';
import { until } from '../ground/until.js';

/** Milliseconds until a group must have shared its partitions out: starts on a busy machine, a dead member's session and the round after it among them. */
const settling = 300_000;
const program = fileURLToPath(new URL('./consumer.js', import.meta.url));

interface Member {
  readonly child: ChildProcess;
  /** Undefined until the group has given it its share. */
  assigned: number | undefined;
}

interface Call {
  readonly owner: string;
  readonly number: number;
  readonly at: number;
}

/** The consumers of one group, each a process, and all that they have told. */
export class Crew {
  readonly #members = new Map<string, Member>();
  readonly calls: Call[] = [];
  /** When anybody was handed a record, in the order of its being told. */
  readonly handedAt: number[] = [];
  readonly #offsets = new Set<string>();
  /** Records that came once more. */
  handedAgain = 0;
  settled = 0;
  #started = 0;
  #broken: Error | undefined;
  readonly end = hold(() => {
    const children = [...this.#members.values()].map(({ child }) => child);
    this.#members.clear();
    return Promise.all(children.map((child) => endChild(child)));
  });

  constructor(
    private readonly env: Readonly<Record<string, string>>,
    private readonly say: (line: string) => void,
  ) {}

  get size(): number {
    return this.#members.size;
  }

  /** Process ids by name. */
  get processes(): ReadonlyMap<string, number> {
    return new Map([...this.#members].map(([name, { child }]) => [name, child.pid!]));
  }

  /** Starts consumers, and resolves when the group has shared its partitions out among all that there are. */
  async join(count: number): Promise<void> {
    for (let n = 0; n < count; n++) this.#start(`consumer-${++this.#started}`);
    await this.untilShared();
  }

  /** The one that has joined last ends: in good order, or by SIGKILL. */
  async leave(signal: 'SIGTERM' | 'SIGKILL'): Promise<void> {
    const [name, { child }] = [...this.#members].at(-1)!;
    this.#members.delete(name);
    const over = once(child, 'exit');
    child.kill(signal);
    await over;
    await this.untilShared();
  }

  /** Throws when a consumer has ended that was not told to. */
  check(): void {
    if (this.#broken) throw this.#broken;
  }

  async untilShared(): Promise<void> {
    await until(
      'every partition belongs to a consumer that lives',
      () => {
        this.check();
        const shares = [...this.#members.values()].map(({ assigned }) => assigned);
        return (
          !shares.includes(undefined) &&
          shares.reduce<number>((sum, share) => sum + (share ?? 0), 0) === jobs.partitions
        );
      },
      settling,
    );
  }

  #start(name: string): void {
    const child = fork(program, {
      env: { ...process.env, ...this.env, CONSUMER: name },
      stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
      serialization: 'advanced',
    });
    const member: Member = { child, assigned: undefined };
    this.#members.set(name, member);
    child.on('message', (told) => {
      for (const each of told as readonly Told[]) this.#hear(member, each);
    });
    child.once('exit', (code, signal) => {
      if (this.#members.get(name) !== member) return;
      this.#members.delete(name); // or `end` would wait for an end that has been
      this.#broken = new Error(`${name} has ended by itself (${signal ?? `exit code ${code}`})`);
      this.say(this.#broken.message);
    });
  }

  #hear(member: Member, told: Told): void {
    if ('assigned' in told) member.assigned = told.assigned;
    else if ('called' in told) this.calls.push(told.called);
    else if ('settled' in told) this.settled += told.settled;
    else {
      this.handedAt.push(told.at);
      for (const [partition, offset] of told.handed) {
        const place = `${partition}@${offset}`;
        if (this.#offsets.has(place)) this.handedAgain++;
        this.#offsets.add(place);
      }
    }
  }
}
