import { existsSync, mkdtempSync, readFileSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { root } from '../../../tools/platform/process/paths.js';
import {
  InjectionFolder,
  type Action,
  type AppliedPatch,
  type Execution,
  type Instruction,
  type ProcessReport,
} from './actions.js';
import type { Patch } from './patch.js';
import { replaceFile } from './replace-file.js';
import { environmentFrom } from './settings.js';

const registerFile = pathToFileURL(join(root, 'dist/test/faults/injection/register.js')).href;

/**
 * Controls all processes of one service: counts the crash points that they pass, kills or blocks one of them at a crash point, and
 * patches their code. The processes must be started with its environment: `startShop({ env: { order: injector.environment() } })`.
 */
export class Injector {
  readonly #folder: InjectionFolder;
  #instructions: readonly Instruction[] = [];

  private constructor(path: string) {
    this.#folder = new InjectionFolder(path);
    this.#writeInstructions();
  }

  static create(): Injector {
    return new Injector(mkdtempSync(join(tmpdir(), 'tradewind-injection-')));
  }

  /** `clockSkew` in milliseconds, positive or negative. */
  environment({ clockSkew = 0 }: { readonly clockSkew?: number } = {}): Record<string, string> {
    return { NODE_OPTIONS: `--import=${registerFile}`, ...environmentFrom({ folder: this.#folder.path, clockSkew }) };
  }

  /** Patches the code of processes that start from now on. A process in which a text is not found once ends with an error. */
  applyPatches(...patches: readonly Patch[]): void {
    replaceFile(this.#folder.patches, JSON.stringify(patches));
  }

  /** Gives an instruction to the running processes and to those that start before it is executed. Returns its id. */
  instruct(action: Action): string {
    const id = String(this.#instructions.length + 1);
    this.#instructions = [...this.#instructions, { ...action, id }];
    this.#writeInstructions();
    return id;
  }

  /** How many processes have received the instruction. A process counts hits from then on. */
  receivedBy(instruction: string): number {
    return this.#reports().filter(({ instructions }) => instructions.includes(instruction)).length;
  }

  /** The proof that the instruction was executed, or undefined. */
  execution(instruction: string): Execution | undefined {
    const file = this.#folder.execution(instruction);
    return existsSync(file) ? (JSON.parse(readFileSync(file, 'utf8')) as Execution) : undefined;
  }

  /** How often each crash point was passed, by all processes so far, ended ones included. */
  passed(): Map<string, number> {
    const sum = new Map<string, number>();
    for (const { passed } of this.#reports())
      for (const [point, times] of Object.entries(passed)) sum.set(point, (sum.get(point) ?? 0) + times);
    return sum;
  }

  /** The patches that processes run, file by file. */
  appliedPatches(): AppliedPatch[] {
    if (!existsSync(this.#folder.appliedPatches)) return [];
    return readFileSync(this.#folder.appliedPatches, 'utf8')
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line) as AppliedPatch);
  }

  remove(): void {
    rmSync(this.#folder.path, { recursive: true, force: true });
  }

  #reports(): ProcessReport[] {
    return readdirSync(this.#folder.reports)
      .filter((file) => file.endsWith('.json'))
      .map((file) => JSON.parse(readFileSync(join(this.#folder.reports, file), 'utf8')) as ProcessReport);
  }

  #writeInstructions(): void {
    replaceFile(this.#folder.instructions, JSON.stringify(this.#instructions));
  }
}
