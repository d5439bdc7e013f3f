import { join } from 'node:path';
import { readFileSync } from 'node:fs';
import { runAudit } from '../../../tools/audit/index.js';
import type { Shop } from '../../../tools/platform/shop/shop.js';
import { startShop } from '../../../tools/platform/shop/start-shop.js';
import { seededRandom } from '../../../tools/shop/retail/seeded-random.js';
import { Load } from '../load/load.js';
import { Network } from '../network/network.js';
import { Injector } from '../injection/injector.js';
import { BugContext } from './bug-context.js';
import type { Check, PlantedBug } from './planted-bug.js';

export interface Verdict {
  readonly bug: string;
  /** False: the scenario ran without the bug. */
  readonly planted: boolean;
  readonly found: readonly { readonly check: Check; readonly what: string }[];
  readonly seconds: number;
}

export interface BugRunOptions {
  /** False: runs the scenario without the bug; nothing may be found. */
  readonly planted: boolean;
  readonly seed?: number;
  readonly log: (line: string) => void;
}

export const wasCaught = ({ foundBy }: PlantedBug, { found }: Verdict): boolean =>
  found.some(({ check }) => check === foundBy);

/** Runs the bug's scenario on a shop of its own, with the bug or without, and returns what the checks find. */
export async function runBug(bug: PlantedBug, { planted, seed = 1, log }: BugRunOptions): Promise<Verdict> {
  const since = performance.now();
  const { scenario, service } = bug;
  const injector = Injector.create();
  const patches = [
    ...(scenario.settings ? [{ name: 'settings', changes: scenario.settings }] : []),
    ...(planted ? [bug] : []),
  ];
  injector.applyPatches(...patches);
  const network = scenario.network ? new Network(seededRandom(seed, 'network')) : undefined;
  let shop: Shop | undefined;
  let load: Load | undefined;
  try {
    shop = await startShop({
      ports: 'free',
      env: { [service]: { ...injector.environment(), ...(network && { INSTANCE_ID: service }) } },
      ...(scenario.scale && { scale: scenario.scale }),
      ...(network && { proxyPort: network.proxyPort }),
    });
    const historyFile = join(shop.state.path, 'history.jsonl');
    log(`${bug.name}${planted ? '' : ', not planted'}: the shop serves after ${secondsSince(since)} s`);
    load = await Load.open({
      gatewayUrl: shop.gatewayUrl,
      admin: shop.admin,
      historyFile,
      seed,
      articles: 2,
      timeoutSeconds: planted ? 20 : 90,
      log,
    });
    const context = new BugContext(shop, load, injector, log, network?.kafkas[0]);
    await scenario.run(context);
    await load.stop();
    for (const { name, changes } of patches) {
      for (const file of new Set(changes.map((change) => change.file))) {
        if (!injector.appliedPatches().some((each) => each.name === name && each.path === file))
          throw new Error(`${service} never ran ${file} with the patch "${name}"`);
      }
    }
    const report = await runAudit({
      databases: shop.databases,
      brokers: shop.kafkaBrokers,
      providerLog: shop.state.providerLog,
      historyFile,
      waitSeconds: planted ? 30 : 90,
      log,
    });
    const found = [
      ...report.sections.flatMap(({ id, violations }) =>
        violations.map(({ what, ids }) => ({ check: id, what: `${what} ${JSON.stringify(ids)}` })),
      ),
      ...report.waiting.map(({ what }) => ({ check: 'G3' as const, what: `waits for an operator: ${what}` })),
      ...shop.instances.flatMap(({ name, logFile: log }) =>
        readFileSync(log, 'utf8').includes('OffsetRegression')
          ? [{ check: 'OffsetRegression' as const, what: name }]
          : [],
      ),
    ];
    return { bug: bug.name, planted, found, seconds: secondsSince(since) };
  } finally {
    await load?.close();
    await shop?.stop();
    await network?.close();
    injector.remove();
  }
}

const secondsSince = (since: number): number => Math.round((performance.now() - since) / 100) / 10;
