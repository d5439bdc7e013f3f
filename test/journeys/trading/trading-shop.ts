import { closeSync, existsSync, fstatSync, openSync, readSync } from 'node:fs';
import { join } from 'node:path';
import { DataSource } from 'typeorm';
import { runAudit } from '../../../tools/audit/index.js';
import type { Shop } from '../../../tools/platform/shop/shop.js';
import { startShop } from '../../../tools/platform/shop/start-shop.js';
import { serviceNames, type DatabaseService } from '../../../tools/services.js';
import { readPlan, simulateTrading } from '../../../tools/shop/main.js';
import { tradewindJson } from '../../cli/tradewind.js';
import { byExtent } from '../../extent.js';
import { excerptOf } from './excerpt.js';
import { TraceCollector } from './trace-collector.js';

const log = (line: string): void => void process.stderr.write(`${line}\n`);

/** A shop with TLS and logins at Kafka, in which the shipped retail data is traded: a few invoices, or the whole month with the full extent. */
export class TradingShop {
  #outcomes = 0;
  #read = 0;

  private constructor(
    readonly shop: Shop,
    /** Orders of one run of trading. */
    readonly orders: number,
    private readonly data: { readonly days: string; readonly dataFile: string | undefined },
    /** Receives the spans of every service. */
    readonly collector: TraceCollector,
  ) {}

  static async open(): Promise<TradingShop> {
    const collector = new TraceCollector();
    const tracing = { OTEL_EXPORTER_OTLP_ENDPOINT: await collector.listen(), OTEL_BSP_SCHEDULE_DELAY: '500' };
    const env = Object.fromEntries(serviceNames.map((service) => [service, tracing]));
    let shop: Shop | undefined;
    try {
      shop = await startShop({ ports: 'free', bundled: true, secure: true, env, log });
      const dataFile = byExtent<string | undefined>(await excerptOf(20, shop.state.path), undefined);
      const data = { days: byExtent('1', 'all'), dataFile };
      const { actions } = await readPlan({ ...data, log });
      return new TradingShop(shop, actions.filter(({ type }) => type === 'order').length, data, collector);
    } catch (error) {
      collector.close();
      await shop?.stop();
      throw error;
    }
  }

  /** Orders that have their outcome. */
  get outcomes(): number {
    this.#countAppended();
    return this.#outcomes;
  }

  /** All runs append to one history, so that the audit can compare it with every order. */
  get historyFile(): string {
    return join(this.shop.state.path, 'history.jsonl');
  }

  /** Trades the data once. `ended` becomes true when the trading is over, also when it fails. */
  trade(seed: number, concurrency: number): { readonly result: Promise<boolean>; readonly ended: () => boolean } {
    const { gatewayUrl, admin } = this.shop;
    let ended = false;
    const result = simulateTrading({
      ...this.data,
      gatewayUrl,
      seed,
      concurrency,
      adminEmail: admin.email,
      adminPassword: admin.password,
      historyFile: this.historyFile,
      log,
    })
      .then(({ ok }) => ok)
      .finally(() => (ended = true));
    return { result, ended: () => ended };
  }

  /** The violations of an audit that waits for running work; `clean` is false for anything else that is wrong. */
  async audit(): Promise<{ readonly violations: readonly unknown[]; readonly clean: boolean }> {
    const { databases, kafkaBrokers: brokers, kafkaLogins, state } = this.shop;
    const { sections, clean } = await runAudit({
      databases,
      brokers,
      kafkaLogins,
      providerLog: state.providerLog,
      historyFile: this.historyFile,
      waitSeconds: 120,
      log,
    });
    return { violations: sections.flatMap(({ violations }) => violations), clean };
  }

  tradewind<T = unknown>(...args: readonly string[]): Promise<T> {
    log(`tradewind ${args.join(' ')}`);
    return tradewindJson<T>(this.shop.state.path, ...args);
  }

  async query<R extends object>(service: DatabaseService, sql: string, values: readonly unknown[] = []): Promise<R[]> {
    const dataSource = await new DataSource({ type: 'postgres', url: this.shop.databases[service] }).initialize();
    try {
      return await dataSource.query<R[]>(sql, [...values]);
    } finally {
      await dataSource.destroy();
    }
  }

  async close(): Promise<void> {
    this.collector.close();
    await this.shop.stop();
  }

  /** Reads only what was appended since the last call: the history of a month is long. */
  #countAppended(): void {
    if (!existsSync(this.historyFile)) return;
    const file = openSync(this.historyFile, 'r');
    const appended = Buffer.alloc(fstatSync(file).size - this.#read);
    readSync(file, appended, 0, appended.length, this.#read);
    closeSync(file);
    const end = appended.lastIndexOf('\n') + 1;
    this.#read += end;
    this.#outcomes += appended.toString('utf8', 0, end).match(/"phase":"outcome","op":"follow"/g)?.length ?? 0;
  }
}
