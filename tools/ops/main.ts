import { kafkaClient, type KafkaClient } from '@tradewind/messaging';
import { checkAll } from './check-all.js';
import type { AuditReport } from './audit/report.js';
import { tollOf } from './audit/toll.js';
import type { DatabaseName } from './gather/database-names.js';
import { gather, type Gathered, type Sources } from './gather/gather.js';
import { CannotReach } from './gather/read-only.js';
import type { InstanceAddress } from './gather/size-facts.js';
import { look, waitForRest, type Rest } from './gather/rest.js';

export { reportLines, violationsOf, type AuditReport } from './audit/report.js';
export type { Meaning, Section, Violation } from './audit/section.js';
export type { Toll } from './audit/toll.js';
export type { Waiting } from './audit/waiting.js';
export { CannotReach } from './gather/read-only.js';
export type { InstanceAddress } from './gather/size-facts.js';
export { watchLines, watchShop, type ShopWatch, type WatchOptions, type WatchReport } from './watch/watch-shop.js';

export interface AuditOptions {
  /** The services' own databases, by service. */
  readonly databases: Readonly<Record<DatabaseName, string>>;
  /** `host:port`, several separated by commas. */
  readonly brokers: string;
  /** The append-only file of the payment provider: the outside truth about money. */
  readonly providerLog?: string | undefined;
  /** What the clients saw, as JSON lines. */
  readonly historyFile?: string | undefined;
  /** The running processes, whose memory is measured at `<url>/metrics`. */
  readonly instances?: readonly InstanceAddress[] | undefined;
  /** How long to wait until nothing is under way any more. Default 60; 0 judges the shop as it stands. */
  readonly waitSeconds?: number | undefined;
  /** Progress, a line at a time. */
  readonly log: (line: string) => void;
}

/**
 * Decides whether the invariants G1 to G7, G9 and G12 hold. It only reads, and it shares no code with the services: what they wrote into
 * their databases, what is on the topics and what the provider wrote down are compared with one another.
 * Rejects with CannotReach when something can't be read; a shop in which everything is wrong is an answer.
 */
export async function runAudit(options: AuditOptions): Promise<AuditReport> {
  const { brokers } = options;
  const kafka = kafkaClient({ brokers: brokers.split(','), clientId: 'tradewind-audit' });
  try {
    return await auditWith(kafka, options);
  } catch (error) {
    if (!(error instanceof Error) || !error.name.startsWith('KafkaJS')) throw error;
    throw new CannotReach(`Kafka at ${brokers} does not answer: ${error.message}`, { cause: error });
  } finally {
    await kafka.close();
  }
}

/** The same over a broker client that somebody has. */
export async function auditWith(kafka: KafkaClient, options: Omit<AuditOptions, 'brokers'>): Promise<AuditReport> {
  const { waitSeconds = 60, log, ...sources } = options;
  const since = Date.now();
  const { gathered, rest, still } = await read({ ...sources, kafka }, waitSeconds, log);
  const remarks = [
    ...(rest.reached ? [] : [`the shop was not at rest after ${waitSeconds} s: ${rest.remaining.join(', ')}`]),
    ...(still ? [] : ['the shop was at work while it was read: some of this may only be half of what was going on']),
    ...(gathered.silent.length === 0 ? [] : [`their memory was not told by ${gathered.silent.join(', ')}`]),
    ...(sources.providerLog === undefined ? ["the provider's log was not given: the ledger stands alone"] : []),
  ];
  const { sections, waiting } = checkAll(gathered, rest.behind);
  const clean = waiting.length === 0 && sections.every(({ violations }) => violations.length === 0);
  return { clean, sections, toll: tollOf(sections), waiting, remarks, milliseconds: Date.now() - since };
}

/** A reading is of one moment only where nothing was published meanwhile; a shop that goes on is read again. */
async function read(
  sources: Sources,
  seconds: number,
  log: (line: string) => void,
): Promise<{ gathered: Gathered; rest: Rest; still: boolean }> {
  for (let reading = 1; ; reading++) {
    const rest = await waitForRest(sources, seconds, log);
    const gathered = await gather(sources, log);
    const still = (await look(sources)).mark === rest.mark;
    if (still || !rest.reached || reading === 3) return { gathered, rest, still };
    log('the shop went on while it was read: reading again');
  }
}
