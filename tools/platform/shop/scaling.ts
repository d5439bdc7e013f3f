import { writeFileSync } from 'node:fs';
import type { Keeper } from '../process/keeper.js';
import type { Surroundings } from './environment.js';
import { keepInstance, namesOf, planInstances } from './instances.js';
import type { Ports, Scale } from './processes.js';
import { whileSaying } from './progress.js';
import { instanceReady } from './readiness.js';
import type { Instance, ShopOptions } from './shop.js';
import type { StateFolder } from './state-folder.js';

/** A running shop, as far as its number of instances may change. */
interface Staffed {
  readonly state: StateFolder;
  readonly kept: Map<string, Keeper>;
  readonly instances: Instance[];
  readonly options: ShopOptions;
  readonly closing: AbortSignal;
  readonly ports: Ports;
  readonly around: Surroundings;
  /** What shop.json tells besides the instances. */
  readonly about: object;
  readonly startupMs: number;
}

type Say = (line: string) => void;

/** Changes how many instances of a service run, and keeps shop.json true. One change at a time: a second is refused. */
export class Scaling {
  #changing = false;

  constructor(private readonly shop: Staffed) {}

  /** Newcomers first, and only when all of them serve do others go: the shop never has less than the smaller number. */
  async change(scale: Scale, say: Say): Promise<void> {
    if (this.#changing) throw new Error('another change of the scale is under way; try again when it is done');
    this.#changing = true;
    try {
      await this.#join(scale, say);
      await this.#leave(this.#surplus(scale), say);
    } finally {
      this.#changing = false;
    }
  }

  /** For the tools that look into a running shop. */
  writeDown(): void {
    const { state, about, instances } = this.shop;
    const text = JSON.stringify(
      { ...about, instances: instances.map(({ name, service, url, log }) => ({ name, service, url, log })) },
      undefined,
      2,
    );
    writeFileSync(state.shopFile, `${text}\n`, { mode: 0o600 });
  }

  async #join(scale: Scale, say: Say): Promise<void> {
    const { ports, around, state, options, instances, kept, closing, startupMs } = this.shop;
    const plans = await planInstances(ports, scale, new Set(instances.map(({ name }) => name)));
    closing.throwIfAborted();
    if (plans.length === 0) return;
    const newcomers = plans.map((plan) => keepInstance(plan, around, state, options));
    for (const newcomer of newcomers) {
      instances.push(newcomer);
      kept.set(newcomer.name, newcomer.keeper);
    }
    const names = newcomers.map(({ name }) => name).join(', ');
    try {
      await whileSaying(
        `starting ${names}`,
        async () => {
          await Promise.all(newcomers.map(({ keeper }) => keeper.start()));
          await Promise.all(newcomers.map((newcomer) => instanceReady(newcomer, startupMs, closing)));
        },
        say,
      );
    } catch (error) {
      await this.#leave(newcomers, say);
      throw error;
    }
    this.writeDown();
    say(`${names}: ready`);
  }

  #surplus(scale: Scale): Instance[] {
    return this.shop.instances.filter(({ service, name }) => {
      const count = scale[service];
      return count !== undefined && !namesOf(service, count).includes(name);
    });
  }

  /** Written down before they end: nobody is sent to one that is going. */
  async #leave(leaving: readonly Instance[], say: Say): Promise<void> {
    if (leaving.length === 0) return;
    const { instances, kept } = this.shop;
    for (const one of leaving) instances.splice(instances.indexOf(one), 1);
    this.writeDown();
    const names = leaving.map(({ name }) => name).join(', ');
    await whileSaying(`stopping ${names}`, () => Promise.all(leaving.map(({ keeper }) => keeper.stop())), say);
    for (const { name } of leaving) kept.delete(name);
    say(`${names}: stopped`);
  }
}
