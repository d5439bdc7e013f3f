import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';

// The compiled code is in another folder than the data, so the path starts at the project's root.
const root = (folder: string): string =>
  existsSync(join(folder, 'package.json')) || folder === dirname(folder) ? folder : root(dirname(folder));

/** The shipped month of the Online Retail data (see data/README.md). */
export const shippedMonth = join(root(import.meta.dirname), 'tools/shop/data/online-retail-2010-12.csv.gz');
