import { cp, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { hashTables, type TableHash } from '@tradewind/messaging';
import pg from 'pg';
import { reportLines, runAudit } from '../../tools/ops/main.js';
import { databaseServices, type DatabaseService } from '../../tools/platform/shop/processes.js';
import type { Shop } from '../../tools/platform/shop/shop.js';
import { startShop } from '../../tools/platform/shop/start-shop.js';
import { atRest } from '../faults/ground/at-rest.js';
import { tradewind } from './tradewind.js';

/** What the database of a service holds in the end, table by table. */
export type Content = Readonly<Record<DatabaseService, readonly TableHash[]>>;

/** A shop that trades, is copied, is broken, and healed by the operator's own commands. */
export class Ground {
  private constructor(
    readonly shop: Shop,
    readonly say: (line: string) => void,
  ) {}

  /** Access tokens outlive the drills: nobody needs to log in meanwhile, so that sessions can be compared. */
  static async open(say: (line: string) => void): Promise<Ground> {
    return new Ground(
      await startShop({
        ports: 'free',
        env: { user: { ACCESS_TOKEN_SECONDS: '86400' } },
        patience: { firstDelayMs: 250, longestDelayMs: 1_000, steadyAfterMs: 1_000 },
        say,
      }),
      say,
    );
  }

  get historyFile(): string {
    return join(this.shop.state.path, 'history.jsonl');
  }

  close(): Promise<void> {
    return this.shop.stop();
  }

  tradewind<T = unknown>(...args: readonly string[]): Promise<T> {
    return tradewind<T>(this.shop.state.path, this.say, ...args);
  }

  rest(): Promise<void> {
    return atRest(this.shop, this.say);
  }

  namesOf(service: DatabaseService): string[] {
    return this.shop.instances.filter((each) => each.service === service).map(({ name }) => name);
  }

  async stopServices(): Promise<void> {
    await this.shop.stopOne('gateway');
    for (const { name } of this.shop.instances) if (name !== 'gateway') await this.shop.stopOne(name);
  }

  async startServices(): Promise<void> {
    await Promise.all(this.shop.instances.map(({ name }) => this.shop.startOne(name)));
  }

  /** A start that must be refused: resolves with the sentence in its log, and leaves the service stopped. */
  async refused(service: DatabaseService, sentence: RegExp): Promise<string> {
    const [name] = this.namesOf(service);
    const { log } = this.shop.instances.find((each) => each.name === name)!;
    const before = (await readFile(log, 'utf8')).length;
    const { restarts } = this.shop.kept.get(name!)!;
    const starting = this.shop.startOne(name!).catch(() => undefined); // it must not stay
    const end = performance.now() + 60_000;
    for (;;) {
      const found = sentence.exec((await readFile(log, 'utf8')).slice(before));
      // Said, and ended by it: the supervisor has begun to start it again.
      if (found && this.shop.kept.get(name!)!.restarts > restarts) {
        await this.shop.stopOne(name!);
        await starting;
        return found[0];
      }
      if (performance.now() > end) throw new Error(`${name} started, or did not say ${sentence}; its log: ${log}`);
      await pause(100);
    }
  }

  async asAdmin(...statements: readonly string[]): Promise<void> {
    const client = new pg.Client({ connectionString: this.shop.adminUrl });
    await client.connect();
    try {
      for (const statement of statements) await client.query(statement);
    } finally {
      await client.end();
    }
  }

  /** Stops Kafka for the time of the work on its folder. */
  async withKafkaStopped(work: (folder: string) => Promise<void>): Promise<void> {
    await this.shop.stopOne('kafka');
    await work(this.shop.state.kafka);
    await this.shop.startOne('kafka');
  }

  get kafkaCopy(): string {
    return join(this.shop.state.path, 'kafka-copy');
  }

  /** Of a shop that stands still: Kafka's folder, and each database beside itself. */
  async copyEverything(): Promise<void> {
    await this.stopServices();
    await this.withKafkaStopped((folder) => cp(folder, this.kafkaCopy, { recursive: true }));
    for (const service of databaseServices)
      await this.asAdmin(`create database "${service}_copy" template "${service}" owner "${service}"`);
    await this.startServices();
  }

  async restoreKafka(): Promise<void> {
    await this.withKafkaStopped(async (folder) => {
      await rm(folder, { recursive: true });
      await cp(this.kafkaCopy, folder, { recursive: true });
    });
  }

  /** The signing keys' ring is tended whenever the service starts: it says nothing of what was recovered. */
  async content(): Promise<Content> {
    const content: Partial<Record<DatabaseService, readonly TableHash[]>> = {};
    for (const service of databaseServices) content[service] = await contentOf(this.shop.databases[service]);
    return content as Content;
  }

  /** Throws, naming what it finds, unless the audit is clean. */
  async audit(): Promise<void> {
    const { databases, kafkaBrokers: brokers, state, instances } = this.shop;
    const report = await runAudit({
      databases,
      brokers,
      providerLog: state.providerLog,
      historyFile: this.historyFile,
      instances,
      waitSeconds: 120,
      log: this.say,
    });
    if (!report.clean) throw new Error(`the audit is not clean:\n${reportLines(report).join('\n')}`);
  }
}

const businessTables = `select relname as name from pg_class where relkind = 'r' and relnamespace = 'public'::regnamespace and relname !~ '^(msg|svc)_' and relname <> 'key_rings' order by 1`;

async function contentOf(url: string): Promise<readonly TableHash[]> {
  const client = new pg.Client({ connectionString: url, application_name: 'tradewind-drill' });
  await client.connect();
  try {
    const query = async <T>(text: string): Promise<T> => (await client.query(text)).rows as T;
    const tables = await query<{ name: string }[]>(businessTables);
    return await hashTables(
      { query: query as never },
      tables.map(({ name }) => name),
    );
  } finally {
    await client.end();
  }
}

/** The tables that hold something else than before, with their rows. */
export const differences = (before: Content, after: Content): string[] =>
  databaseServices.flatMap((service) =>
    before[service].flatMap(({ table, rows, hash }, index) => {
      const now = after[service][index];
      return now?.hash === hash
        ? []
        : [`${service}.${table} had ${rows} rows (${hash}), has ${now?.rows} (${now?.hash})`];
    }),
  );
