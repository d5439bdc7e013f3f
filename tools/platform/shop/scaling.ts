import { writeFileSync } from 'node:fs';
import type { Supervisor } from '../process/supervisor.js';
import type { ServiceSettings } from './environment.js';
import { instanceNames, planInstances, superviseInstance } from './instances.js';
import type { Ports, Scale } from './processes.js';
import { withProgress } from './progress.js';
import { untilInstanceReady } from './readiness.js';
import type { Instance, ShopOptions } from './shop.js';
import type { StateFolder } from './state-folder.js';

/** The parts of a running shop that a change of its scale needs. */
interface ScalableShop {
  readonly state: StateFolder;
  readonly processes: Map<string, Supervisor>;
  readonly instances: Instance[];
  readonly options: ShopOptions;
  readonly closing: AbortSignal;
  readonly ports: Ports;
  readonly settings: ServiceSettings;
  /** The content of shop.json besides the instances. */
  readonly addresses: object;
  readonly startupMs: number;
}

type Log = (line: string) => void;

/** Changes the number of running instances, and updates shop.json. Refuses a second change while one is running. */
export class Scaling {
  #changing = false;

  constructor(private readonly shop: ScalableShop) {}

  /** Stops surplus instances only after the new ones are ready, so that a service never has fewer than the smaller number. */
  async change(scale: Scale, log: Log): Promise<void> {
    if (this.#changing) throw new Error('another change of the scale is running; try again after it');
    this.#changing = true;
    try {
      await this.#startMissing(scale, log);
      await this.#stop(this.#surplus(scale), log);
    } finally {
      this.#changing = false;
    }
  }

  /** For the tools that inspect a running shop. */
  writeShopFile(): void {
    const { state, addresses, instances } = this.shop;
    const text = JSON.stringify(
      {
        ...addresses,
        instances: instances.map(({ name, service, url, operationsUrl, logFile }) => ({
          name,
          service,
          url,
          operationsUrl,
          logFile,
        })),
      },
      undefined,
      2,
    );
    writeFileSync(state.shopFile, `${text}\n`, { mode: 0o600 });
  }

  async #startMissing(scale: Scale, log: Log): Promise<void> {
    const { ports, settings, state, options, instances, processes, closing, startupMs } = this.shop;
    const plans = await planInstances(ports, scale, new Set(instances.map(({ name }) => name)));
    closing.throwIfAborted();
    if (plans.length === 0) return;
    const started = plans.map((plan) => superviseInstance(plan, settings, state, options));
    for (const instance of started) {
      instances.push(instance);
      processes.set(instance.name, instance.supervisor);
    }
    const names = started.map(({ name }) => name).join(', ');
    try {
      await withProgress(
        `starting ${names}`,
        async () => {
          await Promise.all(started.map(({ supervisor }) => supervisor.start()));
          await Promise.all(started.map((instance) => untilInstanceReady(instance, startupMs, closing)));
        },
        log,
      );
    } catch (error) {
      await this.#stop(started, log);
      throw error;
    }
    this.writeShopFile();
    log(`${names}: ready`);
  }

  #surplus(scale: Scale): Instance[] {
    return this.shop.instances.filter(({ service, name }) => {
      const count = scale[service];
      return count !== undefined && !instanceNames(service, count).includes(name);
    });
  }

  /** Removes the instances from shop.json before they stop, so that no tool calls a stopping one. */
  async #stop(stopping: readonly Instance[], log: Log): Promise<void> {
    if (stopping.length === 0) return;
    const { instances, processes } = this.shop;
    for (const instance of stopping) instances.splice(instances.indexOf(instance), 1);
    this.writeShopFile();
    const names = stopping.map(({ name }) => name).join(', ');
    await withProgress(
      `stopping ${names}`,
      () => Promise.all(stopping.map(({ supervisor }) => supervisor.stop())),
      log,
    );
    for (const { name } of stopping) processes.delete(name);
    log(`${names}: stopped`);
  }
}
