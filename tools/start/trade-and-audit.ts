import { join } from 'node:path';
import { keepVerdict, reportLines, runAudit } from '../audit/index.js';
import { simulateTrading } from '../shop/main.js';
import type { Shop } from '../platform/shop/shop.js';

export interface TradingFlags {
  readonly days?: string | undefined;
  readonly dataFile?: string | undefined;
  readonly seed?: number | undefined;
}

/** Simulates real trading through the gateway, then audits the shop. Returns true when both found no problem. */
export async function tradeAndAudit(
  shop: Shop,
  flags: TradingFlags,
  log: (line: string) => void,
  signal: AbortSignal,
): Promise<boolean> {
  const historyFile = join(shop.state.path, 'history.jsonl');
  const { ok } = await simulateTrading({
    ...flags,
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
    kafkaLogins: shop.kafkaLogins,
    providerLog: shop.state.providerLog,
    historyFile,
    instances: shop.instances,
    log,
  });
  keepVerdict(shop.state.auditFile, report, new Date());
  for (const line of reportLines(report)) log(line);
  return ok && report.clean;
}
