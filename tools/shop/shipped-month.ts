import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';

// The compiled code stands elsewhere than the data: both find the root of the project above them.
const root = (folder: string): string =>
  existsSync(join(folder, 'package.json')) || folder === dirname(folder) ? folder : root(dirname(folder));

/** The month of the Online Retail data that is shipped (see data/README.md). */
export const shippedMonth = join(root(import.meta.dirname), 'tools/shop/data/online-retail-2010-12.csv.gz');
