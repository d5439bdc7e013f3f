import { existsSync, mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { root } from '../../../tools/platform/process/places.js';
import type { Alteration } from './alteration.js';
import { PlantFolder, type Deed, type Fired, type Order, type Planted, type Told } from './deeds.js';
import { environmentFrom } from './settings.js';
import { replace } from './trap.js';

const registering = pathToFileURL(join(root, 'dist/test/faults/plant/register.js')).href;

/**
 * A hand on the processes of one service, instances included: counts what they pass, and has one of them killed or blocked at
 * a point. They must be started with its environment, for instance as `startShop({ env: { order: plant.environment() } })`.
 */
export class Plant {
  readonly #folder: PlantFolder;
  #orders: readonly Order[] = [];

  private constructor(path: string) {
    this.#folder = new PlantFolder(path);
    this.#write();
  }

  /** In a folder that is made and kept, or in a temporary one. */
  static in(path?: string): Plant {
    if (path !== undefined) mkdirSync(path, { recursive: true });
    return new Plant(path ?? mkdtempSync(join(tmpdir(), 'tradewind-plant-')));
  }

  /** `clockSkew` in milliseconds, either way. */
  environment({ clockSkew = 0 }: { readonly clockSkew?: number } = {}): Record<string, string> {
    return { NODE_OPTIONS: `--import=${registering}`, ...environmentFrom({ folder: this.#folder.path, clockSkew }) };
  }

  /** Has the processes that start from now on run other code. One that does not find the place of a change ends with an error. */
  alter(...alterations: readonly Alteration[]): void {
    replace(this.#folder.alterations, JSON.stringify(alterations));
  }

  /** Tells the processes that run, and those that start before it is done; the answer is the order's id. */
  order(deed: Deed): string {
    const id = String(this.#orders.length + 1);
    this.#orders = [...this.#orders, { ...deed, id }];
    this.#write();
    return id;
  }

  /** How many processes know the order; from then on its hits are counted. */
  knownTo(order: string): number {
    return this.#told().filter(({ orders }) => orders.includes(order)).length;
  }

  /** The proof that it was carried out, once it was. */
  fired(order: string): Fired | undefined {
    const file = this.#folder.fired(order);
    return existsSync(file) ? (JSON.parse(readFileSync(file, 'utf8')) as Fired) : undefined;
  }

  /** How often each point was passed, by all processes that there ever were. What is not listed never was. */
  passed(): Map<string, number> {
    const sum = new Map<string, number>();
    for (const { passed } of this.#told())
      for (const [point, times] of Object.entries(passed)) sum.set(point, (sum.get(point) ?? 0) + times);
    return sum;
  }

  /** The alterations that processes have come to run, file by file. */
  planted(): Planted[] {
    if (!existsSync(this.#folder.planted)) return [];
    return readFileSync(this.#folder.planted, 'utf8')
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line) as Planted);
  }

  remove(): void {
    rmSync(this.#folder.path, { recursive: true, force: true });
  }

  #told(): Told[] {
    return readdirSync(this.#folder.tellers)
      .filter((file) => file.endsWith('.json'))
      .map((file) => JSON.parse(readFileSync(join(this.#folder.tellers, file), 'utf8')) as Told);
  }

  #write(): void {
    replace(this.#folder.plan, JSON.stringify(this.#orders));
  }
}
