import { mkdir, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { httpPortRule, isHttpUrl } from '@tradewind/kernel';
import { Account } from './trading/account.js';
import { forEachConcurrently } from './trading/concurrency.js';
import { GatewayClient, ShopUnavailable, UnexpectedAnswer } from './trading/gateway-client.js';
import { noHistory, openHistory, type History } from './trading/history.js';
import type { Customer } from './trading/place-order.js';
import { TradingResults, runActions } from './trading/run-actions.js';
import { Progress, type Screen } from './trading/progress.js';
import { setUpCatalogue } from './trading/set-up-catalogue.js';
import { isSuccessful, summarise, type Summary } from './trading/summary.js';
import { summaryTable } from './trading/summary-table.js';
import type { InvoiceLine } from './retail/invoice-line.js';
import { planOf, type Buyer, type Plan } from './retail/plan.js';
import { readInvoiceLines } from './retail/read-invoice-lines.js';
import { shippedMonth } from './shipped-month.js';

export interface TradingOptions {
  readonly gatewayUrl: string;
  /** A .csv or .csv.gz file in the format of data/README.md; default: the shipped month. */
  readonly dataFile?: string | undefined;
  /** `1`, `1-3` or `all`, in calendar days from the first date of the file; default 1. */
  readonly days?: string | undefined;
  readonly seed?: number | undefined;
  readonly adminEmail: string;
  readonly adminPassword: string;
  /** Buyers that act concurrently; default 16. */
  readonly concurrency?: number | undefined;
  /** Every call is appended to this file as JSON lines, for the audit. */
  readonly historyFile?: string | undefined;
  /** The whole summary as JSON, with every unmatched cancellation and every error. */
  readonly reportFile?: string | undefined;
  /** How long a call is retried while the shop is unreachable; default 120. */
  readonly callTimeoutSeconds?: number | undefined;
  /** The longest time that an order may take to its outcome; default 300. */
  readonly outcomeTimeoutSeconds?: number | undefined;
  readonly log: (line: string) => void;
  /** Where the progress line is written; default: standard output. */
  readonly screen?: Screen | undefined;
  /** Stops the simulation; the promise rejects with the signal's reason. */
  readonly signal?: AbortSignal | undefined;
}

/**
 * Sets up the catalogue, then simulates the chosen days of trading through the gateway's public HTTP API. Can be repeated on the same
 * shop. `ok`: every order has its outcome and there was no unexpected error. Rejects when the file is invalid, does not have the days,
 * or when the catalogue or the accounts cannot be set up.
 */
export async function simulateTrading(options: TradingOptions): Promise<{ ok: boolean; summary: Summary }> {
  if (!isHttpUrl(options.gatewayUrl))
    throw new Error(
      `"${options.gatewayUrl}" is not the address of a gateway: expected http://host:port, with ${httpPortRule}.`,
    );
  const plan = await readPlan(options);
  const history = options.historyFile ? openHistory(options.historyFile) : noHistory;
  const limit = options.concurrency ?? 16;
  const { gatewayUrl: url, signal } = options;
  const client = new GatewayClient({
    url,
    connections: 4 * limit,
    history,
    timeoutMs: 1_000 * (options.callTimeoutSeconds ?? 120),
    signal,
  });
  try {
    const summary = await runTrading(plan, client, history, limit, options);
    if (options.reportFile) {
      await mkdir(dirname(options.reportFile), { recursive: true });
      await writeFile(options.reportFile, `${JSON.stringify(summary, undefined, 1)}\n`);
    }
    for (const line of summaryTable(summary, options.reportFile)) options.log(line);
    return { ok: isSuccessful(summary), summary };
  } finally {
    await client.close();
    await history.close();
  }
}

/** Reads the file and plans the simulation. */
export async function readPlan(
  options: Pick<TradingOptions, 'dataFile' | 'days' | 'seed' | 'log' | 'screen'>,
): Promise<Plan> {
  const lines: InvoiceLine[] = [];
  const file = options.dataFile ?? shippedMonth;
  await withProgress(
    options,
    () => `reading ${file}: ${lines.length} rows`,
    async () => {
      for await (const line of readInvoiceLines(file)) lines.push(line);
    },
  );
  return planOf(lines, options.days ?? '1', options.seed ?? 1);
}

async function runTrading(
  plan: Plan,
  client: GatewayClient,
  history: History,
  limit: number,
  options: TradingOptions,
): Promise<Summary> {
  const admin = await withProgress(
    options,
    () => `logging in at ${options.gatewayUrl}`,
    () => logInAdmin(client, options),
  );
  let articles = 0;
  const catalogue = await withProgress(
    options,
    () => `catalogue: ${articles} of ${plan.articles.length} articles`,
    () => setUpCatalogue(admin, plan.articles, limit, (count) => (articles = count)),
  );

  const customers = new Map<Buyer, Customer>();
  const buyers = [...new Set(plan.actions.map(({ buyer }) => buyer))];
  let registered = 0;
  await withProgress(
    options,
    () => `accounts: ${customers.size} of ${buyers.length} buyers`,
    () =>
      forEachConcurrently(limit, buyers, async (buyer) => {
        const { account, userId, isNew } = await Account.register(client, personOf(buyer));
        customers.set(buyer, { account, userId, name: personOf(buyer).name });
        if (isNew) registered++;
      }),
  );

  const results = new TradingResults();
  const context = { ids: catalogue.ids, history, outcomeTimeoutMs: 1_000 * (options.outcomeTimeoutSeconds ?? 300) };
  const since = performance.now();
  await withProgress(
    options,
    () => progressLine(results, plan),
    () => runActions(context, customers, plan.actions, limit, results, options.signal),
  );
  return summarise(plan, results, {
    seed: options.seed ?? 1,
    articles: { added: catalogue.added, known: catalogue.known },
    buyers: { registered, known: buyers.length - registered },
    seconds: (performance.now() - since) / 1_000,
    retries: client.retries,
  });
}

async function logInAdmin(
  client: GatewayClient,
  { gatewayUrl, adminEmail, adminPassword }: TradingOptions,
): Promise<Account> {
  try {
    return await Account.logIn(client, { email: adminEmail, password: adminPassword });
  } catch (error) {
    if (error instanceof ShopUnavailable)
      throw new Error(
        `No shop answers at ${gatewayUrl}. Start it with npm start, or give another address. (${error.message})`,
        { cause: error },
      );
    if (!(error instanceof UnexpectedAnswer) || error.status !== 401) throw error;
    throw new Error(`The admin ${adminEmail} can't log in: e-mail or password is wrong.`, { cause: error });
  }
}

/** Invented buyers. The password is not secret; it is the same in every run, so that they can log in again. */
const personOf = (buyer: Buyer) => ({
  email: `${buyer}@retail.example`,
  password: `correct-horse-${buyer}`,
  name: buyer.replace('customer-', 'Customer ').replace('guest-', 'Guest '),
});

function progressLine({ orders, done, errors }: TradingResults, plan: Plan): string {
  const count = (status: string): number => [...orders.values()].filter((order) => order.status === status).length;
  const states = ['confirmed', 'rejected', 'cancelled'].map((status) => `${count(status)} ${status}`);
  return `trading: ${done} of ${plan.actions.length} done, ${states.join(', ')}${errors.length > 0 ? `, ${errors.length} errors` : ''}`;
}

async function withProgress<T>(
  { log, screen = process.stdout }: Pick<TradingOptions, 'log' | 'screen'>,
  text: () => string,
  task: () => Promise<T>,
): Promise<T> {
  const progress = new Progress(text, screen, log);
  try {
    return await task();
  } finally {
    log(progress.end());
  }
}
