import { statSync } from 'node:fs';
import { join } from 'node:path';
import type { Browser, BrowserContext, Page } from 'playwright-core';

interface Options {
  readonly url: string;
  readonly admin: { readonly email: string; readonly password: string };
  readonly folder: string;
  readonly log: (line: string) => void;
}

const maxBytes = 200_000;
const views = {
  light: { width: 1_280, scheme: 'light' },
  dark: { width: 1_280, scheme: 'dark' },
  narrow: { width: 390, scheme: 'dark' },
} as const;

export type View = keyof typeof views;

/** A logged-in browser in light and dark, wide and narrow. */
export class Photographer {
  private constructor(
    private readonly options: Options,
    private readonly pages: ReadonlyMap<View, Page>,
  ) {}

  static async logIn(browser: Browser, options: Options): Promise<Photographer> {
    const pages = new Map<View, Page>();
    for (const [view, { width, scheme }] of Object.entries(views) as [View, (typeof views)[View]][]) {
      const context = await browser.newContext({
        colorScheme: scheme,
        viewport: { width, height: 720 },
        timezoneId: 'UTC',
        locale: 'en-GB',
      });
      pages.set(view, await loggedIn(context, options));
    }
    return new Photographer(options, pages);
  }

  get page(): Page {
    return this.pages.get('light')!;
  }

  open(path: string): Promise<unknown> {
    return this.page.goto(`${this.options.url}${path}`);
  }

  async json<T>(path: string): Promise<T> {
    return (await (await this.page.request.get(`${this.options.url}${path}?format=json`)).json()) as T;
  }

  /** Writes `<name>.png`, and for other views `<name>-dark.png` and so on. Throws for a picture that is too large for the repository. */
  async take(name: string, path: string, wanted: readonly View[] = ['light']): Promise<void> {
    for (const view of wanted) {
      const page = this.pages.get(view)!;
      await page.goto(`${this.options.url}${path}`);
      const file = join(this.options.folder, `${name}${view === 'light' ? '' : `-${view}`}.png`);
      await page.screenshot({ path: file, fullPage: view !== 'narrow' });
      const { size } = statSync(file);
      if (size > maxBytes) throw new Error(`${file} has ${size} bytes, more than ${maxBytes}`);
      this.options.log(`${file}: ${Math.round(size / 1_000)} kB`);
    }
  }
}

async function loggedIn(context: BrowserContext, { url, admin }: Options): Promise<Page> {
  const page = await context.newPage();
  await page.goto(`${url}/`);
  await page.getByLabel('E-mail address').fill(admin.email);
  await page.getByLabel('Password').fill(admin.password);
  await page.getByRole('button', { name: 'Log in' }).click();
  await page.getByRole('navigation').waitFor();
  return page;
}
