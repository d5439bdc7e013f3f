import { join } from 'node:path';
import { runAudit, watchShop, type AuditReport, type ShopWatch } from '../../../tools/audit/index.js';
import type { Shop } from '../../../tools/platform/shop/shop.js';
import { startShop } from '../../../tools/platform/shop/start-shop.js';
import { describeService, serviceNames, type DatabaseService, type ServiceName } from '../../../tools/services.js';
import { seededRandom } from '../../../tools/shop/retail/seeded-random.js';
import { Load } from '../load/load.js';
import { Network } from '../network/network.js';
import { Injector } from '../injection/injector.js';
import { layouts, type LayoutName } from './layouts.js';
import { pollUntil } from './poll-until.js';
import { ProviderProxy } from './provider-proxy.js';

/** A killed process is started again within a second, however often it was killed. */
const restartPolicy = { initialDelayMs: 250, maxDelayMs: 1_000 };

export interface EnvironmentOptions {
  readonly layout: LayoutName;
  readonly seed: number;
  readonly log: (line: string) => void;
}

interface Parts {
  readonly shop: Shop;
  readonly load: Load;
  readonly watch: ShopWatch;
  readonly historyFile: string;
  readonly injectors: ReadonlyMap<ServiceName, Injector>;
  readonly network: Network;
  readonly provider: ProviderProxy;
}

/** A shop under load whose processes, network, clocks and payment provider can be broken. */
export class FaultEnvironment {
  /** Violations of earlier faults: they do not count for the next fault. */
  readonly knownViolations = new Set<string>();

  private constructor(
    readonly seed: number,
    private readonly parts: Parts,
    private readonly log: (line: string) => void,
  ) {}

  static async open({ layout: name, seed, log }: EnvironmentOptions): Promise<FaultEnvironment> {
    const { shop: layout, clockSkew = {} } = layouts[name];
    const network = new Network(seededRandom(seed, 'network'));
    const injectors = new Map(serviceNames.map((service) => [service, Injector.create()]));
    let providerUrl = '';
    const provider = await ProviderProxy.open(() => providerUrl);
    const cleanUp = async (): Promise<void> => {
      await network.close();
      await provider.close();
      for (const injector of injectors.values()) injector.remove();
    };
    try {
      const shop = await startShop({
        ports: 'free',
        ...layout,
        restartPolicy,
        env: Object.fromEntries(
          serviceNames.map((service) => [
            service,
            {
              ...injectors.get(service)!.environment({ clockSkew: clockSkew[service] ?? 0 }),
              ...(describeService(service).callsProvider && { PROVIDER_URL: provider.url }),
            },
          ]),
        ),
        proxyPort: network.proxyPort,
        log,
      });
      providerUrl = shop.providerUrl;
      try {
        const historyFile = join(shop.state.path, 'history.jsonl');
        const load = await Load.open({ gatewayUrl: shop.gatewayUrl, admin: shop.admin, historyFile, seed, log });
        const watch = watchShop({
          databases: shop.databases,
          brokers: shop.kafkaBrokers,
          instances: shop.instances,
          log,
        });
        return new FaultEnvironment(seed, { shop, load, watch, historyFile, injectors, network, provider }, log);
      } catch (error) {
        await shop.stop();
        throw error;
      }
    } catch (error) {
      await cleanUp();
      throw error;
    }
  }

  get shop(): Shop {
    return this.parts.shop;
  }

  get load(): Load {
    return this.parts.load;
  }

  get provider(): ProviderProxy {
    return this.parts.provider;
  }

  /** The proxies between the services and PostgreSQL and Kafka. */
  get network(): Network {
    return this.parts.network;
  }

  injectorOf(service: DatabaseService): Injector {
    return this.parts.injectors.get(service)!;
  }

  /** Blocks the event loop of one process of the service. */
  blockEventLoop(service: DatabaseService, milliseconds: number): void {
    this.injectorOf(service).instruct({ do: 'block', milliseconds });
  }

  /** Checks the invariants that always hold, every few seconds. */
  get watch(): ShopWatch {
    return this.parts.watch;
  }

  /** Ends all faults and resolves when every instance is ready. Where the fault ends the shop, only network and provider are healed. */
  async heal(endsShop = false): Promise<void> {
    this.provider.heal();
    this.network.heal();
    if (endsShop) return;
    await pollUntil('every instance is ready', () => this.shop.untilReady(10_000).then(() => true), 120_000);
  }

  /** Audits the shop once it is idle. A broker or database that was just restarted may refuse reads at first, so errors are retried for a minute. */
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
      log: this.log,
    };
    return pollUntil('the audit can read', () => runAudit(sources), 60_000);
  }

  async close(): Promise<void> {
    const { load, shop, watch, network, provider, injectors } = this.parts;
    await watch.stop();
    await load.close();
    await shop.stop();
    await network.close();
    await provider.close();
    for (const injector of injectors.values()) injector.remove();
  }
}
