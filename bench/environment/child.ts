import { fork, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, openSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { endsWithin, lastLines } from '../../tools/platform/process/launch.js';
import { closeAtExit } from './cleanup.js';
import { waitUntil } from './wait.js';

/** Milliseconds until a service must be ready. */
const startTimeout = 120_000;

export interface Program {
  readonly name: string;
  readonly file: URL;
  readonly env: Readonly<Record<string, string>>;
}

export interface ChildOptions<M> {
  /** A file for the output; without one the child shares the output of the bench. */
  readonly logFile?: string;
  /** Takes the messages in place of `next`. */
  readonly onMessage?: (message: M) => void;
}

/** A program in a process of its own, and the messages that it sends. It ends on SIGTERM, and when its parent is gone. */
export class Child<M = 'ready'> {
  readonly #process: ChildProcess;
  readonly #messages: M[] = [];
  readonly #logFile: string | undefined;
  readonly stop = closeAtExit(() => stopProcess(this.#process));

  constructor(
    private readonly program: Program,
    { logFile, onMessage = (message) => void this.#messages.push(message) }: ChildOptions<M> = {},
  ) {
    this.#logFile = logFile;
    const output = logFile === undefined ? 'inherit' : openSync(logFile, 'a');
    this.#process = fork(fileURLToPath(program.file), {
      env: { ...process.env, ...program.env },
      stdio: ['ignore', output, output, 'ipc'],
      serialization: 'advanced',
    });
    if (typeof output === 'number') closeSync(output);
    this.#process.on('message', (message) => onMessage(message as M));
  }

  get pid(): number {
    return this.#process.pid!;
  }

  /** Throws when the process has ended. */
  check(): void {
    const { exitCode, signalCode } = this.#process;
    if (exitCode === null && signalCode === null) return;
    const lines = this.#logFile === undefined ? '' : `\n${lastLines(this.#logFile)}`;
    throw new Error(`${this.program.name} has ended (${signalCode ?? `exit code ${exitCode}`})${lines}`);
  }

  send(message: string): void {
    this.#process.send(message);
  }

  /** Waits for the next message. Rejects when the process ends first, or after the timeout. */
  async next(what: string, timeoutMs: number): Promise<M> {
    const hasMessage = (): boolean => {
      if (this.#messages.length === 0) this.check();
      return this.#messages.length > 0;
    };
    await waitUntil(`${this.program.name} has sent ${what}`, hasMessage, timeoutMs);
    return this.#messages.shift()!;
  }

  async kill(): Promise<void> {
    this.#process.kill('SIGKILL');
    await this.stop();
  }
}

/** Ends a process by SIGTERM, and by SIGKILL after the timeout. */
export async function stopProcess(child: ChildProcess, timeoutMs = 15_000): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const exit = once(child, 'exit');
  child.kill('SIGTERM');
  if (!(await endsWithin(exit, timeoutMs))) child.kill('SIGKILL');
  await exit;
}

/** The processes of one shop. */
export interface Services {
  /** Process ids by name. */
  readonly processes: ReadonlyMap<string, number>;
  /** Throws when one has ended. */
  check(): void;
  stop(): Promise<unknown>;
}

/** Starts programs at the same time, each with a log file in the folder; resolves when each has sent its first message. */
export async function startServices(programs: readonly Program[], folder: string): Promise<Services> {
  const children = programs.map((program) => new Child(program, { logFile: join(folder, `${program.name}.log`) }));
  await Promise.all(children.map((child) => child.next('ready', startTimeout)));
  return {
    processes: new Map(children.map((child, index) => [programs[index]!.name, child.pid])),
    check: () => children.forEach((child) => child.check()),
    stop: () => Promise.all(children.map((child) => child.stop())),
  };
}
