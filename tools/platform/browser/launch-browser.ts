import { existsSync } from 'node:fs';
import { chromium, type Browser } from 'playwright-core';

const installed = ['chromium', 'chromium-browser', 'google-chrome'].map((name) => `/usr/bin/${name}`);

/** Starts a chromium without a window: that of `CHROMIUM`, an installed one, or the one inside the package @sparticuz/chromium. */
export async function launchBrowser(env: NodeJS.ProcessEnv = process.env): Promise<Browser> {
  const executablePath = env['CHROMIUM'] || installed.find((file) => existsSync(file));
  if (executablePath !== undefined) return chromium.launch({ executablePath, args: argumentsFor(process.getuid?.()) });
  const { default: packaged } = await import('@sparticuz/chromium');
  return chromium.launch({ executablePath: await packaged.executablePath(), args: packaged.args });
}

/** In a container it runs as root, which its own sandbox refuses. It only loads pages of this machine. */
const argumentsFor = (user: number | undefined): string[] => [
  '--disable-dev-shm-usage',
  ...(user === 0 ? ['--no-sandbox'] : []),
];
