import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { runAudit, watchShop, type AuditReport, type ShopWatch } from '../../../tools/ops/main.js';
import { services, type DatabaseService, type Service } from '../../../tools/platform/shop/processes.js';
import type { Shop } from '../../../tools/platform/shop/shop.js';
import { startShop } from '../../../tools/platform/shop/start-shop.js';
import { chanceOf } from '../../../tools/shop/retail/chance.js';
import { Load } from '../load/load.js';
import { Network } from '../network/network.js';
import { Plant } from '../plant/plant.js';
import { layouts, type LayoutName } from './layouts.js';
import { ProviderFront } from './provider-front.js';

/** What is started again is back within a second, however often it was killed. */
const patience = { firstDelayMs: 250, longestDelayMs: 1_000, steadyAfterMs: 1_000 };

export interface GroundOptions {
  readonly layout: LayoutName;
  readonly seed: number;
  readonly say: (line: string) => void;
}

interface Parts {
  readonly shop: Shop;
  readonly load: Load;
  readonly watch: ShopWatch;
  readonly historyFile: string;
  readonly plants: ReadonlyMap<Service, Plant>;
  readonly network: Network;
  readonly provider: ProviderFront;
}

/** A shop under load in which everything can be broken: its processes, its network, its clocks, its payment provider. */
export class Ground {
  /** Violations that are accounted for: earlier ones, and the traces that faults leave. */
  readonly known = new Set<string>();

  private constructor(
    readonly seed: number,
    private readonly parts: Parts,
    private readonly say: (line: string) => void,
  ) {}

  static async open({ layout: name, seed, say }: GroundOptions): Promise<Ground> {
    const { shop: layout, clockSkew = {} } = layouts[name];
    const network = new Network(chanceOf(seed, 'network'));
    const plants = new Map(services.map((service) => [service, Plant.in()]));
    let providerUrl = '';
    const provider = await ProviderFront.open(() => providerUrl);
    const undo = async (): Promise<void> => {
      await network.close();
      await provider.close();
      for (const plant of plants.values()) plant.remove();
    };
    try {
      const shop = await startShop({
        ports: 'free',
        ...layout,
        patience,
        env: Object.fromEntries(
          services.map((service) => [
            service,
            {
              ...plants.get(service)!.environment({ clockSkew: clockSkew[service] ?? 0 }),
              ...(service === 'payment' && { PROVIDER_URL: provider.url }),
            },
          ]),
        ),
        between: network.between,
        say,
      });
      providerUrl = shop.providerUrl;
      try {
        const historyFile = join(shop.state.path, 'history.jsonl');
        const load = await Load.open({ gatewayUrl: shop.gatewayUrl, admin: shop.admin, historyFile, seed, say });
        const watch = watchShop({
          databases: shop.databases,
          brokers: shop.kafkaBrokers,
          instances: shop.instances,
          log: say,
        });
        return new Ground(seed, { shop, load, watch, historyFile, plants, network, provider }, say);
      } catch (error) {
        await shop.stop();
        throw error;
      }
    } catch (error) {
      await undo();
      throw error;
    }
  }

  get shop(): Shop {
    return this.parts.shop;
  }

  get load(): Load {
    return this.parts.load;
  }

  get provider(): ProviderFront {
    return this.parts.provider;
  }

  /** What stands between the services and their servers. */
  get network(): Network {
    return this.parts.network;
  }

  plantOf(service: DatabaseService): Plant {
    return this.parts.plants.get(service)!;
  }

  /** Nothing runs in one process of the service for so long: no timer, no heartbeat, no answer. */
  block(service: DatabaseService, milliseconds: number): void {
    this.plantOf(service).order({ do: 'block', milliseconds });
  }

  /** Looks all the while at what must hold always. */
  get watch(): ShopWatch {
    return this.parts.watch;
  }

  /** Everything that was broken is whole again; resolves when every instance serves. Of a shop that can't, only the network heals. */
  async heal(endsShop = false): Promise<void> {
    this.provider.heal();
    this.network.heal();
    if (endsShop) return;
    const end = performance.now() + 120_000;
    for (;;) {
      try {
        return await this.shop.untilReady(10_000);
      } catch (error) {
        if (performance.now() > end) throw error;
      }
    }
  }

  /** What the audit says once the shop is at rest. A broker or database that has only just come back may still refuse to be read. */
  async audit(endsShop = false): Promise<AuditReport> {
    await this.load.history.flush();
    const { shop, historyFile } = this.parts;
    const sources = {
      databases: shop.databases,
      brokers: shop.kafkaBrokers,
      providerLog: shop.state.providerLog,
      historyFile,
      instances: endsShop ? undefined : shop.instances,
      waitSeconds: 120,
      log: this.say,
    };
    const end = performance.now() + 60_000;
    for (;;) {
      try {
        return await runAudit(sources);
      } catch (error) {
        if (performance.now() > end) throw error;
        this.say(`the audit could not read: ${String(error)}`);
        await pause(1_000);
      }
    }
  }

  async close(): Promise<void> {
    const { load, shop, watch, network, provider, plants } = this.parts;
    await watch.stop();
    await load.close();
    await shop.stop();
    await network.close();
    await provider.close();
    for (const plant of plants.values()) plant.remove();
  }
}
