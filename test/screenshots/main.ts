import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { launchBrowser } from '../../tools/platform/browser/launch-browser.js';
import { root } from '../../tools/platform/process/paths.js';
import { startShop } from '../../tools/platform/shop/start-shop.js';
import { Photographer } from './photographer.js';
import { photographScenes } from './scenes.js';

const log = (line: string): void => void process.stdout.write(`${line}\n`);
const folder = join(root, 'docs/console');

/* Makes scenes in a shop of its own, and writes the pictures of docs/console.md. */
mkdirSync(folder, { recursive: true });
const shop = await startShop({ ports: 'free', bundled: true, console: true, log });
const browser = await launchBrowser();
try {
  const photographer = await Photographer.logIn(browser, { url: shop.consoleUrl!, admin: shop.admin, folder, log });
  await photographScenes(shop, photographer);
} finally {
  await browser.close();
  await shop.stop();
}
process.exit();
