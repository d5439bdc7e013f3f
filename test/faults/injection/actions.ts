import { mkdirSync } from 'node:fs';
import { join } from 'node:path';

/** The n-th time that a process passes a crash point, counted from when it received the instruction. */
export interface Trigger {
  readonly point: string;
  readonly hit: number;
}

/** What a process does to itself: at the trigger, or at once without one. */
export type Action =
  | { readonly do: 'kill'; readonly at?: Trigger }
  | { readonly do: 'block'; readonly milliseconds: number; readonly at?: Trigger };

/** An action that is executed once, by the first process of the service that reaches its trigger. */
export type Instruction = Action & { readonly id: string };

/** Proof that an instruction was executed. */
export interface Execution {
  readonly instruction: string;
  readonly pid: number;
  /** Milliseconds since 1970 of the machine's clock, without skew. */
  readonly at: number;
}

/** The state of one process. */
export interface ProcessReport {
  readonly pid: number;
  readonly passed: Readonly<Record<string, number>>;
  /** Instructions that it has received. */
  readonly instructions: readonly string[];
}

/** Proof that a process runs a patched file. */
export interface AppliedPatch {
  readonly name: string;
  readonly path: string;
  readonly pid: number;
}

/** The folder through which the test and the processes of one service exchange instructions and reports. */
export class InjectionFolder {
  constructor(readonly path: string) {}

  /** All instructions; always replaced as a whole. */
  get instructions(): string {
    return join(this.path, 'instructions.json');
  }

  /** Patches for processes that start from now on; missing when there are none. */
  get patches(): string {
    return join(this.path, 'patches.json');
  }

  /** One line per patch, file and process. */
  get appliedPatches(): string {
    return join(this.path, 'applied-patches.jsonl');
  }

  /** One file per instruction. The process that creates it is the one that executes the instruction. */
  execution(instruction: string): string {
    return join(this.#subfolder('executions'), `${instruction}.json`);
  }

  /** One file per process. */
  report(pid: number): string {
    return join(this.reports, `${pid}.json`);
  }

  get reports(): string {
    return this.#subfolder('reports');
  }

  #subfolder(name: string): string {
    const path = join(this.path, name);
    mkdirSync(path, { recursive: true });
    return path;
  }
}
