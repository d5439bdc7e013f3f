import { createRequire } from 'node:module';
import { readFileSync } from 'node:fs';
import type { Browser, BrowserContext, BrowserContextOptions, Page } from 'playwright-core';
import { launchBrowser } from '../../../tools/platform/browser/launch-browser.js';
import { includes, type Role } from './access/operator.js';

const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');

interface AxeResult {
  readonly violations: readonly { readonly id: string; readonly nodes: readonly { readonly html: string }[] }[];
}

/** A real browser for the tests of the console. */
export class OpenBrowser {
  private constructor(private readonly browser: Browser) {}

  static async start(): Promise<OpenBrowser> {
    return new OpenBrowser(await launchBrowser());
  }

  async page(options: BrowserContextOptions = {}): Promise<Page> {
    const context = await this.browser.newContext(options);
    context.setDefaultTimeout(20_000);
    return context.newPage();
  }

  /** A new page of a person with this role. */
  async loggedIn(console: string, role: string, options: BrowserContextOptions = {}): Promise<Page> {
    if (!includes(role as Role, 'viewer')) throw new Error(`${role} is no role`);
    const page = await this.page(options);
    await page.goto(`${console}/`);
    await page.getByLabel('E-mail address').fill(`${role}@office.example`);
    await page.getByLabel('Password').fill('open');
    await page.getByRole('button', { name: 'Log in' }).click();
    await page.getByRole('navigation').waitFor();
    return page;
  }

  /** What is wrong with these pages in light and dark, 1440 and 390 pixels wide. */
  async faultsOf(console: string, paths: readonly string[]): Promise<string[]> {
    const faults: string[] = [];
    for (const colorScheme of ['light', 'dark'] as const) {
      const page = await this.loggedIn(console, 'operator', { colorScheme });
      const context = page.context();
      watch(context, new URL(console).origin, faults);
      for (const path of paths) {
        for (const width of [1_440, 390]) {
          await page.setViewportSize({ width, height: 900 });
          if (width === 1_440) await page.goto(`${console}${path}`);
          const where = `${path} ${colorScheme} ${width}`;
          const sideways = await page.evaluate('document.documentElement.scrollWidth - innerWidth');
          if (Number(sideways) > 0) faults.push(`${where} scrolls sideways by ${String(sideways)} pixels`);
          // Rules about structure and colour do not depend on the width: each scheme is checked at one of them.
          if ((colorScheme === 'light') !== (width === 1_440)) continue;
          faults.push(...(await violations(page)).map((violation) => `${where}: ${violation}`));
        }
      }
      await context.close();
    }
    return faults;
  }

  async close(): Promise<void> {
    await this.browser.close();
  }
}

/** By the console of the browser, so that the policy of the page need not allow it. */
async function violations(page: Page): Promise<string[]> {
  await page.evaluate(axe);
  const result = await page.evaluate<AxeResult>('axe.run(document, { resultTypes: ["violations"] })');
  return result.violations.map(({ id, nodes }) => `${id} ${nodes.map(({ html }) => html.slice(0, 160)).join(' | ')}`);
}

function watch(context: BrowserContext, origin: string, faults: string[]): void {
  context.on('request', (request) => {
    if (new URL(request.url()).origin !== origin) faults.push(`a foreign request: ${request.url()}`);
  });
  context.on('console', (entry) => {
    if (entry.type() === 'error' && !/status of 404/.test(entry.text()))
      faults.push(`an error of the browser: ${entry.text()}`);
  });
  context.on('weberror', (error) => faults.push(`an error of the script: ${error.error().message}`));
}
