import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { playShop } from '../../shop/main.js';
import { root } from '../process/places.js';
import type { Shop } from './shop.js';

export interface MainJob {
  readonly days?: string | undefined;
  readonly dataFile?: string | undefined;
  readonly seed?: number | undefined;
}

/** Plays real trading through the gateway, then has the audit look at what is left. True when both found nothing wrong. */
export async function doMainJob(shop: Shop, job: MainJob, say: (line: string) => void, signal: AbortSignal): Promise<boolean> {
  const { ok } = await playShop({
    gatewayUrl: shop.gatewayUrl,
    ...job,
    adminEmail: shop.admin.email,
    adminPassword: shop.admin.password,
    historyFile: join(shop.state.path, 'history.jsonl'),
    reportFile: join(shop.state.path, 'shop-report.json'),
    log: say,
    signal,
  });
  return (await isClean(shop)) && ok;
}

/** The audit is the operator's command, in a process of its own: it finds the shop by its state folder. */
async function isClean(shop: Shop): Promise<boolean> {
  const env = { ...process.env, TRADEWIND_STATE: shop.state.path };
  const child = spawn(process.execPath, [join(root, 'dist/tools/ops/tradewind.js'), 'audit'], { env, stdio: ['ignore', 'inherit', 'inherit'] });
  const code = await new Promise<number | null>((resolve, reject) => child.once('error', reject).once('close', resolve));
  return code === 0;
}
