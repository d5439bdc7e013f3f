import { linkSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import type { Fired, Order, PlantFolder, Told } from './deeds.js';

/** Milliseconds between looks at the plan, and between counts that are written down. */
const interval = 50;

interface Armed {
  readonly order: Order;
  hitsLeft: number;
}

/**
 * Sits in a process of the shop: counts the crash points that it passes, and does to it what the plan says. A point passed for
 * the first time is written down at once, further counts every 50 ms, at a regular end and before a kill of ours.
 */
export class Trap {
  readonly #passed = new Map<string, number>();
  readonly #armed = new Map<string, Armed>();
  #version = '';
  #dirty = true;

  constructor(
    private readonly folder: PlantFolder,
    private readonly clock: () => number,
  ) {}

  start(): void {
    this.#look();
    setInterval(() => this.#look(), interval).unref();
    process.on('exit', () => this.#tell());
  }

  pass(point: string): void {
    const times = (this.#passed.get(point) ?? 0) + 1;
    this.#passed.set(point, times);
    this.#dirty = true;
    if (times === 1) this.#tell();
    for (const armed of this.#armed.values()) {
      if (armed.order.at?.point === point && --armed.hitsLeft === 0) this.#fire(armed.order);
    }
  }

  #look(): void {
    const version = versionOf(this.folder.plan);
    if (version !== this.#version) {
      this.#version = version;
      this.#arm(JSON.parse(readFileSync(this.folder.plan, 'utf8')) as readonly Order[]);
    }
    if (this.#dirty) this.#tell();
  }

  #arm(orders: readonly Order[]): void {
    const fresh = orders.filter(({ id }) => !this.#armed.has(id));
    for (const order of fresh) this.#armed.set(order.id, { order, hitsLeft: order.at?.hit ?? 0 });
    // Told before it is done: whoever gave the order wants to know that it has arrived.
    this.#tell();
    for (const order of fresh) if (!order.at) this.#fire(order);
  }

  #fire(order: Order): void {
    const fired: Fired = { order: order.id, pid: process.pid, at: this.clock() };
    if (!made(this.folder.fired(order.id), JSON.stringify(fired))) return;
    this.#tell();
    if (order.do === 'kill') process.kill(process.pid, 'SIGKILL');
    else Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, order.milliseconds);
  }

  #tell(): void {
    const told: Told = { pid: process.pid, passed: Object.fromEntries(this.#passed), orders: [...this.#armed.keys()] };
    replace(this.folder.told(process.pid), JSON.stringify(told));
    this.#dirty = false;
  }
}

/** Two versions of a file that is always replaced are two files. */
function versionOf(file: string): string {
  const { ino, mtimeNs } = statSync(file, { bigint: true });
  return `${ino} ${mtimeNs}`;
}

/** Nobody reads half of it. */
export function replace(file: string, text: string): void {
  const fresh = `${file}.${process.pid}.new`;
  writeFileSync(fresh, text);
  renameSync(fresh, file);
}

/** Whether it was us who made the file, which nobody sees half of either. */
function made(file: string, text: string): boolean {
  const fresh = `${file}.${process.pid}.new`;
  writeFileSync(fresh, text);
  try {
    linkSync(fresh, file);
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
    return false;
  } finally {
    rmSync(fresh);
  }
}
