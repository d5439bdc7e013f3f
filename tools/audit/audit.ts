import { kafkaClient, type KafkaClient } from '@tradewind/messaging';
import { KafkaAccessRefused } from '@tradewind/messaging/internals';
import { kafkaSecurityAs } from '../kafka-users.js';
import { databaseServices, type DatabaseService } from '../services.js';
import { readHistory } from './facts/read-history.js';
import { readProviderLog } from './facts/read-provider-log.js';
import { readTopics } from './facts/read-topics.js';
import { gatherOrdersAndWaiting, shopFactsNeeds, type OrdersAndWaiting, type ShopFacts } from './facts/shop-facts.js';
import type { InstanceAddress } from './facts/size-facts.js';
import { Snapshot, SourceUnavailable } from './facts/snapshot.js';
import { archivedTopics } from './facts/topics.js';
import { readActivity, waitUntilIdle, type Activity } from './facts/wait-until-idle.js';
import { summarizeViolations } from './invariants/violation-summary.js';
import type { AuditReport } from './report.js';
import { snapshotsFor, type GatheredSection } from './sections/audit-section.js';
import { auditSections } from './sections/index.js';

export interface AuditOptions {
  /** The services' own databases, by service. */
  readonly databases: Readonly<Record<DatabaseService, string>>;
  /** `host:port`, several separated by commas. */
  readonly brokers: string;
  /** The folder of the logins at Kafka, see `RunningShop`. Default: the login of the environment, if any. */
  readonly kafkaLogins?: string | undefined;
  /** The payment provider's own append-only file: an independent record of the money. */
  readonly providerLog?: string | undefined;
  /** What the clients recorded, as JSON lines. */
  readonly historyFile?: string | undefined;
  /** The running processes, whose memory is read at `<operationsUrl>/metrics`. */
  readonly instances?: readonly InstanceAddress[] | undefined;
  /** The longest wait until the shop is idle. Default 60; 0 audits the shop as it is. */
  readonly waitSeconds?: number | undefined;
  /** Progress, line by line. */
  readonly log: (line: string) => void;
}

type Sources = Omit<AuditOptions, 'brokers' | 'kafkaLogins' | 'waitSeconds' | 'log'> & { readonly kafka: KafkaClient };

/**
 * Decides whether the invariants G1 to G7, G9, G11 and G12 hold. It only reads, and shares no code with the services: it compares their
 * databases, the topics and the provider's log with one another. Rejects with SourceUnavailable if something can't be read.
 */
export async function runAudit(options: AuditOptions): Promise<AuditReport> {
  const { brokers, kafkaLogins } = options;
  const kafka = kafkaClient({
    brokers: brokers.split(','),
    clientId: 'tradewind-audit',
    ...kafkaSecurityAs('audit', kafkaLogins),
  });
  try {
    return await auditWith(kafka, options);
  } catch (error) {
    if (error instanceof KafkaAccessRefused)
      throw new SourceUnavailable(`Kafka at ${brokers} refuses the audit: ${error.message}`, { cause: error });
    if (!(error instanceof Error) || !error.name.startsWith('KafkaJS')) throw error;
    throw new SourceUnavailable(`Kafka at ${brokers} does not answer: ${error.message}`, { cause: error });
  } finally {
    await kafka.close();
  }
}

/** The same with the caller's Kafka client, which stays open. */
export async function auditWith(
  kafka: KafkaClient,
  options: Omit<AuditOptions, 'brokers' | 'kafkaLogins'>,
): Promise<AuditReport> {
  const { waitSeconds = 60, log, ...sources } = options;
  const since = Date.now();
  const { gathered, activity, unchanged } = await gatherAtRest({ ...sources, kafka }, waitSeconds, log);
  const shop: ShopFacts = { ...gathered.shop, behind: activity.behind };
  const sections = gathered.sections.map((section) => section.check(shop));
  const remarks = [
    ...(activity.idle ? [] : [`the shop was not idle after ${waitSeconds} s: ${activity.remaining.join(', ')}`]),
    ...(unchanged
      ? []
      : ['the shop published messages while it was read: some violations may only be work in progress']),
    ...gathered.sections.flatMap((section) => section.remarks),
    ...(sources.providerLog === undefined ? ["the provider's log was not given: only the ledger was checked"] : []),
  ];
  const { waitingForOperator } = shop;
  const clean = waitingForOperator.length === 0 && sections.every(({ violations }) => violations.length === 0);
  return {
    clean,
    sections,
    summary: summarizeViolations(sections),
    waiting: waitingForOperator,
    remarks,
    milliseconds: Date.now() - since,
  };
}

interface Gathered {
  readonly sections: readonly GatheredSection[];
  readonly shop: Omit<ShopFacts, 'behind'>;
}

/** The facts belong to one moment only if nothing was published while they were read; otherwise they are read again. */
async function gatherAtRest(
  sources: Sources,
  seconds: number,
  log: (line: string) => void,
): Promise<{ gathered: Gathered; activity: Activity; unchanged: boolean }> {
  mustHaveDatabases(sources.databases);
  for (let attempt = 1; ; attempt++) {
    const activity = await waitUntilIdle(sources, seconds, log);
    const gathered = await gather(sources, log);
    const unchanged = (await readActivity(sources)).mark === activity.mark;
    if (unchanged || !activity.idle || attempt === 3) return { gathered, activity, unchanged };
    log('the shop published messages while it was read: reading again');
  }
}

async function gather(sources: Sources, log: (line: string) => void): Promise<Gathered> {
  const snapshots = await openAll(sources.databases);
  try {
    log('reading the databases');
    const shop: OrdersAndWaiting = await gatherOrdersAndWaiting(
      snapshots,
      snapshotsFor('every section', shopFactsNeeds, snapshots),
      sources.instances ?? [],
    );
    const sections: GatheredSection[] = [];
    for (const section of auditSections) sections.push(await section.gather(snapshots, shop, log));
    const provider = sources.providerLog === undefined ? undefined : await readProviderLog(sources.providerLog);
    const history = sources.historyFile === undefined ? undefined : await readHistory(sources.historyFile);
    log('reading the topics');
    const logs = await readTopics(
      sources.kafka,
      archivedTopics().map(({ name }) => name),
      (records) => log(`reading the topics: ${records} records`),
    );
    return { sections, shop: { ...shop, logs, provider, history } };
  } finally {
    await Promise.all([...snapshots.values()].map((snapshot) => snapshot.close()));
  }
}

/** Names every service whose database is missing, and the sections that need it. */
function mustHaveDatabases(databases: Sources['databases']): void {
  const missing = databaseServices.filter((service) => !databases[service]);
  if (missing.length === 0) return;
  const needed = missing.map((service) => {
    const sections = auditSections.filter(({ needs }) => needs.includes(service)).map(({ id }) => id);
    return `of ${service} (for ${sections.join(', ')})`;
  });
  throw new SourceUnavailable(`the address of a database was not given: ${needed.join(', ')}`);
}

async function openAll(databases: Sources['databases']): Promise<Map<DatabaseService, Snapshot>> {
  const opened = new Map<DatabaseService, Snapshot>();
  try {
    for (const service of databaseServices) opened.set(service, await Snapshot.open(databases[service], service));
  } catch (error) {
    await Promise.all([...opened.values()].map((snapshot) => snapshot.close()));
    throw error;
  }
  return opened;
}
