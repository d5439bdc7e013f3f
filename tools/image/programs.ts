import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { serviceNames } from '../services.js';

/** Programs of a service: it, its operations, and those of some: its first administrator, new keys. */
const ofServices = ['main.js', 'operate.js', 'create-admin.js', 'rotate-secret.js'];

/** The programs of tools that the image has, below `dist`. */
const ofTools = [
  'tools/tradewind/main.js',
  'tools/provider/main.js',
  'tools/shop/cli.js',
  'tools/image/write-secrets.js',
];

/** All programs of the image, as paths below `dist`. */
export const imagePrograms = (dist: string): string[] => [
  ...serviceNames.flatMap((name) => {
    const folder = `apps/${name}/src`;
    return readdirSync(join(dist, folder))
      .filter((file) => ofServices.includes(file))
      .map((file) => `${folder}/${file}`);
  }),
  ...ofTools,
];
