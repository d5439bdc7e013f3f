import { randomBytes } from 'node:crypto';
import { cp, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { hashTables, type TableHash } from '@tradewind/operations';
import pg from 'pg';
import { reportLines, runAudit } from '../../tools/audit/index.js';
import { databaseServices, describeService, type DatabaseService } from '../../tools/services.js';
import { createServiceDatabase } from '../../tools/platform/postgres/service-database.js';
import type { Secrets } from '../../tools/platform/shop/secrets.js';
import type { Shop } from '../../tools/platform/shop/shop.js';
import { startShop } from '../../tools/platform/shop/start-shop.js';
import { serviceParts } from '../services/index.js';
import { pollUntil } from '../faults/environment/poll-until.js';
import { waitUntilIdle } from '../faults/environment/wait-until-idle.js';
import { tradewindJson } from '../cli/tradewind.js';

/** The content of every business table, by service. */
export type Content = Readonly<Record<DatabaseService, readonly TableHash[]>>;

/** What `tradewind recover` prints of a service. */
export interface Recovered {
  readonly database: { readonly messages: number };
  readonly history?: {
    readonly accepted: number;
    readonly recovered: number;
    readonly lost: readonly { readonly orderId: string }[];
  };
}

/** The options of every operation that changes something. */
export const reason = ['--reason', 'a drill', '--yes'];

/** A shop that loses data and is recovered with the operator's commands. */
export class DrillEnvironment {
  private constructor(
    readonly shop: Shop,
    readonly log: (line: string) => void,
    /** With which data keys are wrapped: the services use the first, and know both. */
    readonly dataKeySecrets: readonly [string, string],
  ) {}

  /** Access tokens are valid for the whole run: a login would change the sessions, which are compared. */
  static async open(log: (line: string) => void): Promise<DrillEnvironment> {
    const secrets = [newSecret(), newSecret()] as const;
    const sealing = databaseServices.filter((service) => describeService(service).sealsData);
    const shop = await startShop({
      ports: 'free',
      bundled: true,
      env: Object.fromEntries(
        sealing.map((service) => [
          service,
          {
            DATA_KEY_SECRET: secrets.join(),
            ...(describeService(service).signsTokens && { ACCESS_TOKEN_SECONDS: '86400' }),
          },
        ]),
      ),
      restartPolicy: { initialDelayMs: 250, maxDelayMs: 1_000 },
      log,
    });
    const environment = new DrillEnvironment(shop, log, secrets);
    await environment.wrapWith(...secrets);
    return environment;
  }

  get historyFile(): string {
    return join(this.shop.state.path, 'history.jsonl');
  }

  close(): Promise<void> {
    return this.shop.stop();
  }

  tradewind<T = unknown>(...args: readonly string[]): Promise<T> {
    this.log(`tradewind ${args.join(' ')}`);
    return tradewindJson<T>(this.shop.state.path, ...args);
  }

  waitUntilIdle(): Promise<void> {
    return waitUntilIdle(this.shop, this.log);
  }

  namesOf(service: DatabaseService): string[] {
    return this.shop.instances.filter((each) => each.service === service).map(({ name }) => name);
  }

  async stop(service: DatabaseService): Promise<void> {
    await Promise.all(this.namesOf(service).map((name) => this.shop.stopProcess(name)));
  }

  async start(service: DatabaseService): Promise<void> {
    await Promise.all(this.namesOf(service).map((name) => this.shop.startProcess(name)));
  }

  /** Drops the database and recovers it, from the topics alone or with more options. */
  async loseAndRecover(service: DatabaseService, ...options: readonly string[]): Promise<Recovered['database']> {
    await this.stop(service);
    await this.asAdmin(`drop database "${service}" with (force)`);
    const { database } = await this.tradewind<Recovered>('recover', service, ...options, ...reason);
    await this.start(service);
    return database;
  }

  /** The operator's commands wrap data keys with the first secret, and unwrap with all. */
  async wrapWith(...secrets: readonly string[]): Promise<void> {
    const { secretsFile } = this.shop.state;
    const stored = JSON.parse(await readFile(secretsFile, 'utf8')) as Secrets;
    await writeFile(secretsFile, JSON.stringify({ ...stored, dataKeySecret: secrets.join() } satisfies Secrets));
  }

  async stopServices(): Promise<void> {
    await this.shop.stopProcess('gateway');
    const names = this.shop.instances.map(({ name }) => name).filter((name) => name !== 'gateway');
    await Promise.all(names.map((name) => this.shop.stopProcess(name)));
  }

  async startServices(): Promise<void> {
    await Promise.all(this.shop.instances.map(({ name }) => this.shop.startProcess(name)));
  }

  /** Starts the service, which must refuse to start. Returns the matching text of its log; the service is stopped afterwards. */
  async expectRefusedStart(service: DatabaseService, text: RegExp): Promise<string> {
    const name = this.namesOf(service)[0]!;
    const { logFile } = this.shop.instances.find((each) => each.name === name)!;
    const before = (await readFile(logFile, 'utf8')).length;
    const { restarts } = this.shop.processes.get(name)!;
    const starting = this.shop.startProcess(name).catch(() => undefined); // it is stopped below
    const match = await pollUntil(`${name} refuses to start with ${text} in ${logFile}`, async () => {
      const found = text.exec((await readFile(logFile, 'utf8')).slice(before));
      // Wait until the process has ended as well: the supervisor starts it again.
      return this.shop.processes.get(name)!.restarts > restarts && found;
    });
    await this.shop.stopProcess(name);
    await starting;
    return match[0];
  }

  asAdmin(...statements: readonly string[]): Promise<void> {
    return execute(this.shop.adminUrl, statements);
  }

  /** As the administrator of the cluster, in the database of a service. */
  asAdminOf(service: DatabaseService, statement: string): Promise<void> {
    const url = new URL(this.shop.adminUrl);
    url.pathname = service;
    return execute(url.href, [statement]);
  }

  /** With the roles and the rights of a new shop. */
  async createEmptyDatabase(service: DatabaseService): Promise<void> {
    const { adminUrl, databases, ownedDatabases } = this.shop;
    const passwordIn = (url: string): string => decodeURIComponent(new URL(url).password);
    await createServiceDatabase(adminUrl, service, {
      service: passwordIn(databases[service]),
      owner: passwordIn(ownedDatabases[service]),
    });
  }

  /** Stops Kafka while `work` changes its data folder. */
  async withKafkaStopped(work: (folder: string) => Promise<void>): Promise<void> {
    await this.shop.stopProcess('kafka');
    await work(this.shop.state.kafka);
    await this.shop.startProcess('kafka');
  }

  get kafkaCopy(): string {
    return join(this.shop.state.path, 'kafka-copy');
  }

  /** Copies Kafka's folder and every database while the shop is stopped. */
  async copyEverything(): Promise<void> {
    await this.stopServices();
    await this.withKafkaStopped((folder) => cp(folder, this.kafkaCopy, { recursive: true }));
    for (const service of databaseServices)
      await this.asAdmin(`create database "${service}_copy" template "${service}" owner "${service}_owner"`);
    await this.startServices();
  }

  async restoreKafka(): Promise<void> {
    await this.withKafkaStopped(async (folder) => {
      await rm(folder, { recursive: true });
      await cp(this.kafkaCopy, folder, { recursive: true });
    });
  }

  /** Without the tables that change whenever a service starts, or that a recovery leaves empty. */
  async readContent(): Promise<Content> {
    const content: Partial<Record<DatabaseService, readonly TableHash[]>> = {};
    for (const service of databaseServices)
      content[service] = await contentOf(this.shop.databases[service], serviceParts[service].notCompared);
    return content as Content;
  }

  /** Throws with the findings unless the audit is clean. */
  async audit(): Promise<void> {
    const { databases, kafkaBrokers: brokers, state, instances } = this.shop;
    const report = await runAudit({
      databases,
      brokers,
      providerLog: state.providerLog,
      historyFile: this.historyFile,
      instances,
      waitSeconds: 120,
      log: this.log,
    });
    if (!report.clean) throw new Error(`the audit is not clean:\n${reportLines(report).join('\n')}`);
  }
}

async function execute(connectionString: string, statements: readonly string[]): Promise<void> {
  const client = new pg.Client({ connectionString });
  await client.connect();
  try {
    for (const statement of statements) await client.query(statement);
  } finally {
    await client.end();
  }
}

const newSecret = (): string => randomBytes(32).toString('base64');

const businessTables = `select relname as name from pg_class where relkind = 'r' and relnamespace = 'public'::regnamespace and relname !~ '^(msg|svc)_' and relname <> all($1) order by 1`;

async function contentOf(url: string, except: readonly string[] = []): Promise<readonly TableHash[]> {
  const client = new pg.Client({ connectionString: url, application_name: 'tradewind-drill' });
  await client.connect();
  try {
    const query = async <T>(text: string, values: unknown[] = []): Promise<T> =>
      (await client.query(text, values)).rows as T;
    const tables = await query<{ name: string }[]>(businessTables, [except]);
    return await hashTables(
      { query: query as never },
      tables.map(({ name }) => name),
    );
  } finally {
    await client.end();
  }
}

/** The tables whose content differs, with their numbers of rows. */
export const differences = (before: Content, after: Content): string[] =>
  databaseServices.flatMap((service) =>
    before[service].flatMap(({ table, rows, hash }, index) => {
      const now = after[service][index];
      return now?.hash === hash
        ? []
        : [`${service}.${table}: ${rows} rows (${hash}) before, ${now?.rows} (${now?.hash}) now`];
    }),
  );
