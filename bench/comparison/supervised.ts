import { fork, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { openSync } from 'node:fs';
import { setTimeout as pause } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { closeAtExit } from '../environment/cleanup.js';
import { stopProcess } from '../environment/child.js';
import type { TransferRequest } from './job.js';

/** Milliseconds until a supervisor starts an ended process again. */
const restartDelay = 500;

/** The answer to a request; `undefined` when the process ended first. */
export type Answer = { readonly transferId: string; readonly error?: string } | undefined;

/** A program in a process of its own that is started again when it ends, as any supervisor does. */
export class Supervised {
  #process!: ChildProcess;
  #ready!: Promise<unknown>;
  #exited!: Promise<unknown>;
  #isWanted = true;
  readonly #waiting = new Map<string, (answer: Answer) => void>();
  readonly close = closeAtExit(async () => {
    this.#isWanted = false;
    await stopProcess(this.#process, 5_000);
  });

  constructor(
    private readonly env: Readonly<Record<string, string>>,
    private readonly logFile: string,
  ) {
    this.#start();
  }

  #start(): void {
    const log = openSync(this.logFile, 'a');
    const child = fork(fileURLToPath(new URL('program.js', import.meta.url)), {
      env: { ...process.env, ...this.env },
      stdio: ['ignore', log, log, 'ipc'],
    });
    this.#process = child;
    this.#ready = once(child, 'message').catch(() => undefined);
    this.#exited = once(child, 'exit');
    child.on('error', () => undefined); // a request that a dead process cannot take is answered below
    child.on('message', (answer: Answer) => answer?.transferId && this.#answer(answer.transferId, answer));
    child.once('exit', () => {
      for (const transferId of this.#waiting.keys()) this.#answer(transferId, undefined);
      if (this.#isWanted) void this.#restart();
    });
  }

  async #restart(): Promise<void> {
    await pause(restartDelay);
    if (!this.#isWanted) return;
    this.#start();
  }

  get pid(): number {
    return this.#process.pid!;
  }

  /** Resolves when the process has started, or the one that followed it. */
  async ready(timeoutMs = 60_000): Promise<void> {
    const deadline = Date.now() + timeoutMs;
    for (;;) {
      const child = this.#process;
      await Promise.race([
        this.#ready,
        this.#exited,
        pause(Math.max(0, deadline - Date.now()), undefined, { ref: false }),
      ]);
      if (Date.now() > deadline) throw new Error(`not ready after ${timeoutMs / 1_000} s; see ${this.logFile}`);
      if (child === this.#process && child.exitCode === null && child.signalCode === null) return;
      await pause(50);
    }
  }

  /** Sends a request as soon as the process is ready. */
  async ask(request: TransferRequest): Promise<Answer> {
    await this.ready();
    return new Promise((resolve) => {
      this.#waiting.set(request.transferId, resolve);
      this.#process.send(request, (error) => error && this.#answer(request.transferId, undefined));
    });
  }

  #answer(transferId: string, answer: Answer): void {
    this.#waiting.get(transferId)?.(answer);
    this.#waiting.delete(transferId);
  }

  /** SIGKILL, then the supervisor starts it again. */
  kill(): void {
    this.#process.kill('SIGKILL');
  }

  /** SIGTERM, and SIGKILL after 15 s; then the supervisor starts it again, unless it is to stay stopped. */
  async stop(how: 'restart' | 'stay'): Promise<void> {
    this.#isWanted = how === 'restart';
    await stopProcess(this.#process);
  }

  start(): void {
    this.#isWanted = true;
    this.#start();
  }
}
