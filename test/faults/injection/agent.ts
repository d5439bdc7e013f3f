import { linkSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import type { Execution, Instruction, InjectionFolder, ProcessReport } from './actions.js';
import { replaceFile } from './replace-file.js';

/** Milliseconds between two reads of the instructions, and between two reports. */
const interval = 50;

interface Armed {
  readonly instruction: Instruction;
  hitsLeft: number;
}

/**
 * Runs in a process of the shop: counts the crash points that the process passes, and executes the instructions. The first pass
 * of a point is reported at once; later counts every 50 ms, at a regular exit and before a kill by the agent.
 */
export class InjectionAgent {
  readonly #passed = new Map<string, number>();
  readonly #armed = new Map<string, Armed>();
  #version = '';
  #dirty = true;

  constructor(
    private readonly folder: InjectionFolder,
    private readonly clock: () => number,
  ) {}

  start(): void {
    this.#poll();
    setInterval(() => this.#poll(), interval).unref();
    process.on('exit', () => this.#report());
  }

  pass(point: string): void {
    const times = (this.#passed.get(point) ?? 0) + 1;
    this.#passed.set(point, times);
    this.#dirty = true;
    if (times === 1) this.#report();
    for (const armed of this.#armed.values()) {
      if (armed.instruction.at?.point === point && --armed.hitsLeft === 0) this.#execute(armed.instruction);
    }
  }

  #poll(): void {
    const version = versionOf(this.folder.instructions);
    if (version !== this.#version) {
      this.#version = version;
      this.#arm(JSON.parse(readFileSync(this.folder.instructions, 'utf8')) as readonly Instruction[]);
    }
    if (this.#dirty) this.#report();
  }

  #arm(instructions: readonly Instruction[]): void {
    const fresh = instructions.filter(({ id }) => !this.#armed.has(id));
    for (const instruction of fresh)
      this.#armed.set(instruction.id, { instruction, hitsLeft: instruction.at?.hit ?? 0 });
    // Report before executing: the test waits until the instruction is received.
    this.#report();
    for (const instruction of fresh) if (!instruction.at) this.#execute(instruction);
  }

  #execute(instruction: Instruction): void {
    const execution: Execution = { instruction: instruction.id, pid: process.pid, at: this.clock() };
    if (!createFile(this.folder.execution(instruction.id), JSON.stringify(execution))) return;
    this.#report();
    if (instruction.do === 'kill') process.kill(process.pid, 'SIGKILL');
    else Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, instruction.milliseconds);
  }

  #report(): void {
    const report: ProcessReport = {
      pid: process.pid,
      passed: Object.fromEntries(this.#passed),
      instructions: [...this.#armed.keys()],
    };
    replaceFile(this.folder.report(process.pid), JSON.stringify(report));
    this.#dirty = false;
  }
}

/** Changes whenever the file is replaced. */
function versionOf(file: string): string {
  const { ino, mtimeNs } = statSync(file, { bigint: true });
  return `${ino} ${mtimeNs}`;
}

/** Creates the file atomically. Returns false when another process has created it. */
function createFile(file: string, text: string): boolean {
  const temporary = `${file}.${process.pid}.new`;
  writeFileSync(temporary, text);
  try {
    linkSync(temporary, file);
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
    return false;
  } finally {
    rmSync(temporary);
  }
}
