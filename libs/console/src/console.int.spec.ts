import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { eventually } from '@tradewind/testing';
import type { Page } from 'playwright-core';
import { OpenBrowser } from './browser.fixture.spec.js';
import { TicketOffice } from './ticket-office.fixture.spec.js';

jest.setTimeout(120_000);

const office = new TicketOffice();
let browser: OpenBrowser;
let booking = '';
const base = (): string => `${office.url}/admin/console`;
const textOf = (page: Page): Promise<string> => page.locator('main').innerText();

beforeAll(async () => {
  [browser] = await Promise.all([OpenBrowser.start(), office.open()]);
  await office.guests(7, 'window');
  await office.guests(5, 'wall');
  booking = await office.booking();
  await eventually(async () => {
    const [blocked] = await office.dataSource.query<{ count: number }[]>(
      'select count(*)::int as count from msg_blocked_keys',
    );
    const [waiting] = await office.dataSource.query<{ step: string }[]>(`select state->>'step' as step from msg_sagas`);
    return blocked?.count === 12 && waiting?.step === 'take payment';
  });
}, 120_000);
afterAll(async () => {
  await browser?.close();
  await office.close();
});

describe('a person who is not logged in', () => {
  it('gets the form, and is led back to the page after it', async () => {
    const page = await browser.page();
    await page.goto(`${base()}/dead-letters`);
    await page.getByLabel('E-mail address').fill('operator@office.example');
    await page.getByLabel('Password').fill('wrong');
    await page.getByRole('button', { name: 'Log in' }).click();
    await page.getByRole('alert').waitFor();
    await page.getByLabel('Password').fill('open');
    await page.getByRole('button', { name: 'Log in' }).click();
    await page.getByRole('heading', { name: 'Dead letters' }).waitFor();
    expect(new URL(page.url()).pathname).toBe('/admin/console/dead-letters');
  });
});

describe('twelve messages that fail for two reasons', () => {
  it('are two groups, and a hostile text in a reason is text', async () => {
    const page = await browser.loggedIn(base(), 'operator');
    await page.goto(`${base()}/`);
    expect(await page.locator('#overview [data-row] .tag').allInnerTexts()).toEqual(
      expect.arrayContaining(['7 keys', '5 keys']),
    );
    expect(await page.locator('img').count()).toBe(0);
    expect(await textOf(page)).toContain('<img src=x onerror=alert(#)>');
  });

  it('are redriven one by one until one fails again; the others stay untouched', async () => {
    const page = await browser.loggedIn(base(), 'operator', { javaScriptEnabled: false });
    await page.goto(`${base()}/dead-letters`);
    await page.getByRole('link', { name: /which has no window/ }).click();
    await page.getByRole('button', { name: '1…', exact: true }).click();
    await page.getByRole('button', { name: 'Redrive 1 key' }).click();
    expect(await page.locator('#reason:invalid').count()).toBe(1);
    await page.getByLabel(/Why/).fill('the seat has a window now');
    await page.getByRole('button', { name: 'Redrive 1 key' }).click();
    await eventually(async () => {
      await page.reload();
      return (await textOf(page)).includes('failed again: 1');
    });
    expect(await textOf(page)).toContain('operator@office.example');
    const states = await office.dataSource.query<{ state: string; count: number }[]>(
      'select state, count(*)::int as count from msg_blocked_keys group by 1',
    );
    expect(states).toEqual([{ state: 'blocked', count: 12 }]);
  });

  it('are not redriven by a plan that has changed meanwhile', async () => {
    const page = await browser.loggedIn(base(), 'operator');
    await page.goto(`${base()}/dead-letters`);
    await page.getByRole('link', { name: /is not a request/ }).click();
    await page.getByRole('button', { name: /^all/ }).click();
    await office.guests(1, 'wall');
    await eventually(async () => {
      const [{ count } = { count: 0 }] = await office.dataSource.query<{ count: number }[]>(
        'select count(*)::int as count from msg_blocked_keys',
      );
      return count === 13;
    });
    await page.getByLabel(/Why/).fill('repaired');
    const answered = page.waitForResponse((response) => response.request().method() === 'POST');
    await page.getByRole('button', { name: 'Redrive 5 keys' }).click();
    expect((await answered).status()).toBe(409);
    expect(await textOf(page)).toContain('The selection has changed');
    office.broken.guests = false;
    await page.getByRole('button', { name: 'Redrive 6 keys' }).click();
    await page.getByText('handled: 6').waitFor();
  });
});

describe('a saga that waits', () => {
  it('shows what can still happen, and completes on the page without a reload', async () => {
    const page = await browser.loggedIn(base(), 'operator');
    await page.goto(`${base()}/correlations/${booking}`);
    expect(await textOf(page)).toContain('book: waits for take payment');
    expect((await page.locator('.ghost').allTextContents()).map((text) => text.trim())).toEqual([
      'confirm',
      expect.stringContaining('compensate take se'),
    ]);
    office.broken.payment = false;
    await page.getByRole('link', { name: 'Publish again…' }).click();
    await page.getByLabel(/Why/).fill('the provider answers again');
    await page.getByRole('button', { name: 'Publish the command again' }).click();
    await page.getByText('book: completed').waitFor();
    await page.goto(`${base()}/actions`);
    expect(await textOf(page)).toContain('saga retry');
  });
});

describe('what a person may not do', () => {
  const refused = async (name: string, headers: Record<string, string>): Promise<number> => {
    const page = await browser.loggedIn(base(), name);
    const { groups } = (await (await page.request.get(`${base()}/dead-letters?format=json`)).json()) as {
      groups: { id: string }[];
    };
    const response = await page.request.post(`${base()}/dead-letters/${groups[0]!.id}/redrive`, {
      form: { reason: 'x' },
      headers,
    });
    return response.status();
  };
  it('is refused: an action of a viewer, and a form of another site', async () => {
    expect(await refused('viewer', { 'Sec-Fetch-Site': 'same-origin' })).toBe(403);
    expect(await refused('operator', { 'Sec-Fetch-Site': 'cross-site' })).toBe(403);
    expect(await refused('operator', { 'Sec-Fetch-Site': 'same-origin' })).toBe(409);
  });
});

describe('a database that is down', () => {
  it('is named, and the others are shown', async () => {
    const page = await browser.loggedIn(`${office.url}/half`, 'viewer');
    await page.goto(`${office.url}/half/dead-letters`);
    expect(await textOf(page)).toMatch(/cellar is missing on this page: the database of cellar can't be reached/);
    expect(await page.locator('#groups .list [data-row]').count()).toBe(1);
  });
});

describe('every screen', () => {
  it('is accessible, fits its width, and loads nothing foreign, in light and dark, wide and narrow', async () => {
    const { groups } = (await (
      await (await browser.loggedIn(base(), 'operator')).request.get(`${base()}/dead-letters?format=json`)
    ).json()) as { groups: { id: string }[] };
    const group = groups[0]!.id;
    const paths = [
      '/',
      '/dead-letters',
      `/dead-letters/${group}`,
      `/dead-letters/${group}/redrive?keys=1`,
      '/sagas',
      '/sagas/book/1',
      `/correlations/${booking}`,
      '/flow',
      '/effects',
      '/replays',
      '/actions',
      '/search',
      '/nowhere',
    ];
    expect(await browser.faultsOf(base(), paths)).toEqual([]);
  });

  it('can be reached and used by keyboard alone', async () => {
    const page = await browser.loggedIn(base(), 'operator');
    await page.goto(`${base()}/`);
    await page.keyboard.press('g');
    await page.keyboard.press('d');
    await page.getByRole('heading', { name: 'Dead letters' }).waitFor();
    await page.keyboard.press('j');
    await page.keyboard.press('Enter');
    await page.getByRole('heading', { name: /which has no window/ }).waitFor();
    await page.keyboard.press('?');
    await page.getByRole('heading', { name: 'Keys', exact: true }).waitFor();
    await page.keyboard.press('Escape');
    await page.keyboard.press('/');
    await page.getByRole('heading', { name: 'Search' }).waitFor();
    await page.keyboard.press('/');
    await page.keyboard.type(booking);
    await page.keyboard.press('Enter');
    await page.getByRole('link', { name: 'book, completed' }).waitFor();
    expect(page.url()).not.toContain(booking);
  });
});
