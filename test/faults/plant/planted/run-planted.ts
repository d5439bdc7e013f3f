import { join } from 'node:path';
import { readFileSync } from 'node:fs';
import { runAudit } from '../../../../tools/ops/main.js';
import type { Shop } from '../../../../tools/platform/shop/shop.js';
import { startShop } from '../../../../tools/platform/shop/start-shop.js';
import { chanceOf } from '../../../../tools/shop/retail/chance.js';
import { Load } from '../../load/load.js';
import { Network } from '../../network/network.js';
import { Plant } from '../plant.js';
import { Scene } from './scene.js';
import type { Check, PlantedBug } from './planted-bug.js';

export interface Verdict {
  readonly bug: string;
  /** False where the same was done to the shop as it is. */
  readonly planted: boolean;
  readonly found: readonly { readonly check: Check; readonly what: string }[];
  readonly seconds: number;
}

export interface Running {
  /** False: the scenario without the bug, in which nothing may be found. */
  readonly planted: boolean;
  readonly seed?: number;
  readonly say: (line: string) => void;
}

export const wasCaught = ({ foundBy }: PlantedBug, { found }: Verdict): boolean =>
  found.some(({ check }) => check === foundBy);

/** Plays the bug's scenario on a shop of its own, with it or without, and tells what the checks have found. */
export async function runPlanted(bug: PlantedBug, { planted, seed = 1, say }: Running): Promise<Verdict> {
  const since = performance.now();
  const { scenario, service } = bug;
  const plant = Plant.in();
  const alterations = [
    ...(scenario.settings ? [{ name: 'settings', changes: scenario.settings }] : []),
    ...(planted ? [bug] : []),
  ];
  plant.alter(...alterations);
  const network = scenario.network ? new Network(chanceOf(seed, 'network')) : undefined;
  let shop: Shop | undefined;
  let load: Load | undefined;
  try {
    shop = await startShop({
      ports: 'free',
      env: { [service]: { ...plant.environment(), ...(network && { INSTANCE_ID: service }) } },
      ...(scenario.scale && { scale: scenario.scale }),
      ...(network && { between: network.between }),
    });
    const historyFile = join(shop.state.path, 'history.jsonl');
    say(`${bug.name}${planted ? '' : ', not planted'}: the shop serves after ${secondsSince(since)} s`);
    load = await Load.open({
      gatewayUrl: shop.gatewayUrl,
      admin: shop.admin,
      historyFile,
      seed,
      articles: 2,
      patience: planted ? 20 : 90,
      say,
    });
    const scene = new Scene(shop, load, plant, say, network?.kafkas[0]);
    await scenario.act(scene);
    await load.stop();
    for (const { name, changes } of alterations) {
      for (const file of new Set(changes.map((change) => change.file))) {
        if (!plant.planted().some((each) => each.name === name && each.path === file))
          throw new Error(`${service} never ran ${file} as altered by "${name}"`);
      }
    }
    const report = await runAudit({
      databases: shop.databases,
      brokers: shop.kafkaBrokers,
      providerLog: shop.state.providerLog,
      historyFile,
      waitSeconds: planted ? 30 : 90,
      log: say,
    });
    const found = [
      ...report.sections.flatMap(({ id, violations }) =>
        violations.map(({ what, ids }) => ({ check: id, what: `${what} ${JSON.stringify(ids)}` })),
      ),
      ...report.waiting.map(({ what }) => ({ check: 'G3' as const, what: `waits for an operator: ${what}` })),
      ...shop.instances.flatMap(({ name, log }) =>
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
    plant.remove();
  }
}

const secondsSince = (since: number): number => Math.round((performance.now() - since) / 100) / 10;
