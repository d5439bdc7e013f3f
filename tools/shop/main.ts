import { mkdir, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { Account } from './play/account.js';
import { atOnce } from './play/at-once.js';
import { GatewayClient, GaveUp, Unexpected } from './play/gateway-client.js';
import { noHistory, openHistory, type History } from './play/history.js';
import type { Customer } from './play/place-order.js';
import { Ledger, playActions } from './play/play-orders.js';
import { Progress, type Screen } from './play/progress.js';
import { setUpCatalogue } from './play/set-up-catalogue.js';
import { isWell, summarise, type Summary } from './play/summary.js';
import { summaryTable } from './play/table.js';
import type { InvoiceLine } from './retail/invoice-line.js';
import { planOf, type Buyer, type Plan } from './retail/plan.js';
import { readInvoiceLines } from './retail/read-invoice-lines.js';
import { shippedMonth } from './shipped-month.js';

export interface ShopOptions {
  readonly gatewayUrl: string;
  /** A .csv or .csv.gz of the shape that data/README.md describes; default: the shipped month. */
  readonly dataFile?: string | undefined;
  /** `1`, `1-3` or `all`, in calendar days from the first date of the file; default 1. */
  readonly days?: string | undefined;
  readonly seed?: number | undefined;
  readonly adminEmail: string;
  readonly adminPassword: string;
  /** Buyers that act at once; default 16. */
  readonly concurrency?: number | undefined;
  /** JSON lines of every call are appended here, for the audit. */
  readonly historyFile?: string | undefined;
  /** The whole summary as JSON, with every unmatched cancellation and every error. */
  readonly reportFile?: string | undefined;
  /** How long one call is tried while the shop can't be reached, in seconds; default 120. */
  readonly patience?: number | undefined;
  /** How long one order may take to its outcome, in seconds; default 300. */
  readonly outcomePatience?: number | undefined;
  readonly log: (line: string) => void;
  /** Where the live line is written; default: standard output. */
  readonly screen?: Screen | undefined;
  /** Stops the play; the promise rejects with the signal's reason. */
  readonly signal?: AbortSignal | undefined;
}

/**
 * Sets up the catalogue, then plays the chosen days of trading through the gateway's public HTTP API. May be repeated on a
 * shop that has played before. `ok`: every order has its outcome and nothing unexpected happened. Rejects when the file is
 * not of the shape, the days are not in it, or catalogue and accounts can't be set up.
 */
export async function playShop(options: ShopOptions): Promise<{ ok: boolean; summary: Summary }> {
  if (!/^https?:\/\/[^/]/.test(options.gatewayUrl))
    throw new Error(`"${options.gatewayUrl}" is no address of a gateway: expected http://host:port.`);
  const plan = await readPlan(options);
  const history = options.historyFile ? openHistory(options.historyFile) : noHistory;
  const limit = options.concurrency ?? 16;
  const { gatewayUrl: url, signal } = options;
  const client = new GatewayClient({
    url,
    connections: 4 * limit,
    history,
    patience: 1_000 * (options.patience ?? 120),
    signal,
  });
  try {
    const summary = await play(plan, client, history, limit, options);
    if (options.reportFile) {
      await mkdir(dirname(options.reportFile), { recursive: true });
      await writeFile(options.reportFile, `${JSON.stringify(summary, undefined, 1)}\n`);
    }
    for (const line of summaryTable(summary, options.reportFile)) options.log(line);
    return { ok: isWell(summary), summary };
  } finally {
    await client.close();
    await history.close();
  }
}

/** Reads the file and plans what would be played of it. */
export async function readPlan(
  options: Pick<ShopOptions, 'dataFile' | 'days' | 'seed' | 'log' | 'screen'>,
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

async function play(
  plan: Plan,
  client: GatewayClient,
  history: History,
  limit: number,
  options: ShopOptions,
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
      atOnce(limit, buyers, async (buyer) => {
        const { account, userId, isNew } = await Account.open(client, personOf(buyer));
        customers.set(buyer, { account, userId, name: personOf(buyer).name });
        if (isNew) registered++;
      }),
  );

  const ledger = new Ledger();
  const counter = { ids: catalogue.ids, history, patience: 1_000 * (options.outcomePatience ?? 300) };
  const since = performance.now();
  await withProgress(
    options,
    () => tradingLine(ledger, plan),
    () => playActions(counter, customers, plan.actions, limit, ledger, options.signal),
  );
  return summarise(plan, ledger, {
    seed: options.seed ?? 1,
    articles: { added: catalogue.added, known: catalogue.known },
    buyers: { registered, known: buyers.length - registered },
    seconds: (performance.now() - since) / 1_000,
    retries: client.retries,
  });
}

async function logInAdmin(
  client: GatewayClient,
  { gatewayUrl, adminEmail, adminPassword }: ShopOptions,
): Promise<Account> {
  try {
    return await Account.logIn(client, { email: adminEmail, password: adminPassword });
  } catch (error) {
    if (error instanceof GaveUp)
      throw new Error(
        `No shop answers at ${gatewayUrl}. Start it with npm start, or name another address. (${error.message})`,
        { cause: error },
      );
    if (!(error instanceof Unexpected) || error.status !== 401) throw error;
    throw new Error(`The admin ${adminEmail} can't log in: e-mail or password is wrong.`, { cause: error });
  }
}

/** Invented buyers in a simulated shop: the password is no secret, and is the same in every run so that they can come back. */
const personOf = (buyer: Buyer) => ({
  email: `${buyer}@retail.example`,
  password: `correct-horse-${buyer}`,
  name: buyer.replace('customer-', 'Customer ').replace('guest-', 'Guest '),
});

function tradingLine({ orders, done, mishaps }: Ledger, plan: Plan): string {
  const count = (status: string): number => [...orders.values()].filter((order) => order.status === status).length;
  const states = ['confirmed', 'rejected', 'cancelled'].map((status) => `${count(status)} ${status}`);
  return `trading: ${done} of ${plan.actions.length} played, ${states.join(', ')}${mishaps.length > 0 ? `, ${mishaps.length} errors` : ''}`;
}

async function withProgress<T>(
  { log, screen = process.stdout }: Pick<ShopOptions, 'log' | 'screen'>,
  text: () => string,
  work: () => Promise<T>,
): Promise<T> {
  const progress = new Progress(text, screen, log);
  try {
    return await work();
  } finally {
    log(progress.end());
  }
}
