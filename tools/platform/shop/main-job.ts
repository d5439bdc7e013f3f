import { join } from 'node:path';
import { reportLines, runAudit } from '../../ops/main.js';
import { playShop } from '../../shop/main.js';
import type { Shop } from './shop.js';

export interface MainJob {
  readonly days?: string | undefined;
  readonly dataFile?: string | undefined;
  readonly seed?: number | undefined;
}

/** Plays real trading through the gateway, then has the audit look at what is left. True when both found nothing wrong. */
export async function doMainJob(
  shop: Shop,
  job: MainJob,
  log: (line: string) => void,
  signal: AbortSignal,
): Promise<boolean> {
  const historyFile = join(shop.state.path, 'history.jsonl');
  const { ok } = await playShop({
    ...job,
    gatewayUrl: shop.gatewayUrl,
    adminEmail: shop.admin.email,
    adminPassword: shop.admin.password,
    historyFile,
    reportFile: join(shop.state.path, 'shop-report.json'),
    log,
    signal,
  });
  signal.throwIfAborted();
  const report = await runAudit({
    databases: shop.databases,
    brokers: shop.kafkaBrokers,
    providerLog: shop.state.providerLog,
    historyFile,
    instances: shop.instances,
    log,
  });
  for (const line of reportLines(report)) log(line);
  return ok && report.clean;
}
