import { fork, type ChildProcess } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { hold } from './bench-life.js';
import { endChild } from './end-child.js';
import { until } from './until.js';

/** A program under measurement in a process of its own, and what it tells. It ends by SIGTERM, or when its parent is gone. */
export class Child<Told> {
  readonly #process: ChildProcess;
  readonly #told: Told[] = [];
  #isOver = false;
  readonly stop = hold(() => endChild(this.#process));

  constructor(
    private readonly name: string,
    file: URL,
    env: Readonly<Record<string, string>>,
  ) {
    this.#process = fork(fileURLToPath(file), { env: { ...process.env, ...env }, serialization: 'advanced' });
    this.#process.on('message', (told) => void this.#told.push(told as Told));
    this.#process.once('exit', () => (this.#isOver = true));
  }

  get pid(): number {
    return this.#process.pid!;
  }

  /** Throws when it has ended. */
  check(): void {
    if (this.#isOver)
      throw new Error(
        `${this.name} has ended by itself (${this.#process.signalCode ?? `exit code ${this.#process.exitCode}`})`,
      );
  }

  send(word: string | object): void {
    this.#process.send(word);
  }

  /** The next of what it tells. Rejects when it ends without a word, or tells nothing for so many milliseconds. */
  async next(what: string, withinMs: number): Promise<Told> {
    await until(
      `${this.name} tells ${what}`,
      () => {
        if (this.#told.length === 0) this.check();
        return this.#told.length > 0;
      },
      withinMs,
    );
    return this.#told.shift()!;
  }
}
