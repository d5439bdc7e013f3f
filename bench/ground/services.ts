import { fork, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { createWriteStream } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { hold } from './bench-life.js';
import { endChild } from './end-child.js';

/** Milliseconds until a service must be ready. */
const startingWithin = 120_000;

export interface Program {
  readonly name: string;
  readonly file: URL;
  readonly env: Readonly<Record<string, string>>;
}

/** Processes of one shop. Each says by its first message that it is ready, and ends by SIGTERM or when its parent is gone. */
export class Services {
  readonly #children = new Map<string, ChildProcess>();
  #ending = false;
  #broken: Error | undefined;

  readonly stop = hold(() => {
    this.#ending = true;
    return Promise.all([...this.#children.values()].map((child) => endChild(child)));
  });

  private constructor(private readonly folder: string) {}

  /** Starts them side by side, and resolves when all are ready. */
  static async start(programs: readonly Program[], folder: string): Promise<Services> {
    const services = new Services(folder);
    try {
      await Promise.all(programs.map((program) => services.#start(program)));
    } catch (error) {
      await services.stop();
      throw error;
    }
    return services;
  }

  get processes(): ReadonlyMap<string, number> {
    return new Map([...this.#children].map(([name, child]) => [name, child.pid!]));
  }

  /** Throws when one has ended by itself. */
  check(): void {
    if (this.#broken) throw this.#broken;
  }

  async #start({ name, file, env }: Program): Promise<void> {
    const child = fork(fileURLToPath(file), {
      env: { ...process.env, ...env },
      stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
    });
    this.#children.set(name, child);
    const log = createWriteStream(join(this.folder, `${name}.log`));
    for (const output of [child.stdout!, child.stderr!]) output.pipe(log, { end: false });
    let lastWords = '';
    child.stderr!.on('data', (words: Buffer) => (lastWords = `${lastWords}${words.toString()}`.slice(-2_000)));
    const ended = new Promise<never>((_, reject) => {
      child.once('close', (code, signal) => {
        log.end();
        const error = new Error(`${name} has ended by itself (${signal ?? `exit code ${code}`})\n${lastWords}`);
        if (!this.#ending) this.#broken ??= error;
        reject(error);
      });
    });
    const tooLate = new AbortController();
    const timer = setTimeout(
      () => tooLate.abort(new Error(`${name} was not ready within ${startingWithin / 1_000} s`)),
      startingWithin,
    );
    try {
      await Promise.race([once(child, 'message', { signal: tooLate.signal }), ended]);
    } finally {
      clearTimeout(timer);
      ended.catch(() => undefined); // told by `check`
    }
  }
}
