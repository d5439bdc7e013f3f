import { join } from 'node:path';
import { runServiceProgram, type ServiceProgram } from '@tradewind/operations/cli';
import { root } from '../../platform/process/paths.js';
import type { DatabaseService } from '../../services.js';

interface ShopProgram extends Omit<ServiceProgram, 'file'> {
  readonly service: DatabaseService;
  /** In the compiled sources of the service. */
  readonly file: string;
  /** The program as one file, where the running shop has one: it starts faster. */
  readonly bundle?: string;
}

/** Runs a program of a service of the shop, see `runServiceProgram`. */
export const runShopProgram = ({ service, file, bundle, env, ...program }: ShopProgram): Promise<string> =>
  runServiceProgram({
    ...program,
    file: bundle ?? join(root, `dist/apps/${service}/src/${file}`),
    env: { PORT: '0', ...env },
  });
