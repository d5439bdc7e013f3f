import { topics } from '@tradewind/contracts';
import type { KafkaClient } from '@tradewind/messaging';
import type { Acceptance } from '../audit/acceptance.js';
import type { ClientCheckout } from '../audit/accepted-by-history.js';
import type { ProviderOperation } from '../audit/books.js';
import type { Measurement } from '../audit/bounds.js';
import { waitingForOperator, type Waiting } from '../audit/waiting.js';
import { gatherCheckouts } from './cart-facts.js';
import { databaseNames, type DatabaseName } from './database-names.js';
import { gatherDeeds, type GatheredDeeds } from './deed-facts.js';
import { readHistory } from './history.js';
import type { IdList } from './id-list.js';
import { gatherArchive, gatherMessaging, type MessagingFacts } from './messaging-facts.js';
import { gatherConfirmedLines, gatherDirectOrders, gatherOrders, type OrderFact } from './order-facts.js';
import { gatherPayments, type PaymentFacts } from './payment-facts.js';
import { gatherProduct, type ProductFacts } from './product-facts.js';
import { readProviderLog } from './provider-log.js';
import { Snapshot } from './read-only.js';
import type { RecordLog } from './record-log.js';
import { gatherMemory, gatherSizes, type InstanceAddress } from './size-facts.js';
import { gatherStories, type GatheredStories } from './story-facts.js';
import { readTopics } from './topics.js';

export interface Sources {
  readonly databases: Readonly<Record<DatabaseName, string>>;
  readonly kafka: KafkaClient;
  readonly providerLog?: string | undefined;
  readonly historyFile?: string | undefined;
  readonly instances?: readonly InstanceAddress[] | undefined;
}

/** Everything that the invariants are about, of one moment of the shop. */
export interface Gathered {
  readonly messaging: readonly MessagingFacts[];
  readonly deeds: readonly GatheredDeeds[];
  readonly stories: GatheredStories;
  readonly sizes: readonly Measurement[];
  /** Instances that did not tell their memory. */
  readonly silent: readonly string[];
  readonly orders: ReadonlyMap<string, OrderFact>;
  readonly acceptances: readonly Acceptance[];
  readonly product: ProductFacts;
  readonly payment: PaymentFacts;
  readonly confirmedLines: ProductFacts['sold'];
  readonly waiting: readonly Waiting[];
  readonly held: ReadonlySet<string>;
  /** By topic: the ids that its owner has archived, and its records. */
  readonly archives: ReadonlyMap<string, IdList>;
  readonly logs: ReadonlyMap<string, RecordLog>;
  readonly provider: readonly ProviderOperation[] | undefined;
  readonly history: readonly ClientCheckout[] | undefined;
}

/** The topics that an outbox writes and that keep everything. */
export const keptTopics = Object.values(topics).filter(
  ({ retention, owner }) => retention === 'keep' && owner !== 'platform',
);

export async function gather(sources: Sources, log: (line: string) => void): Promise<Gathered> {
  const snapshots = await openAll(sources.databases);
  try {
    log('reading the databases');
    const messaging = await Promise.all(databaseNames.map((name) => gatherMessaging(snapshots[name], name)));
    const orders = await gatherOrders(snapshots.order);
    const acceptances = [...(await gatherCheckouts(snapshots.cart)), ...(await gatherDirectOrders(snapshots.order))];
    const accepted = new Set(acceptances.map(({ orderId }) => orderId));
    const waiting = waitingForOperator({
      parked: messaging.flatMap((each) => each.parked),
      held: messaging.flatMap((each) => each.held),
      alarmed: messaging.flatMap((each) => each.sagas.filter(({ alarmed, status }) => alarmed && isOpen(status))),
      isOrder: (key) => orders.has(key) || accepted.has(key),
    });
    const heldOrders = [...new Set(waiting.flatMap(({ order }) => order ?? []))];
    const product = await gatherProduct(snapshots.product, heldOrders);
    const confirmedLines = [...(await gatherConfirmedLines(snapshots.order, heldOrders)), ...product.soldToHeld];
    const payment = await gatherPayments(snapshots.payment);
    log('reading what was done because of what');
    const deeds = await Promise.all(databaseNames.map((name) => gatherDeeds(snapshots[name], name)));
    const stories = await gatherStories(snapshots.order, snapshots.product, snapshots.payment);
    const { instances = [] } = sources;
    const memory = await gatherMemory(instances);
    const sizes = [
      ...(await Promise.all(databaseNames.map((name) => gatherSizes(snapshots[name], name, instances)))).flat(),
      ...memory.measured,
    ];
    const archives = await archivesOf(snapshots, log);
    const provider = sources.providerLog === undefined ? undefined : await readProviderLog(sources.providerLog);
    const history = sources.historyFile === undefined ? undefined : await readHistory(sources.historyFile);
    log('reading the topics');
    const logs = await readTopics(
      sources.kafka,
      keptTopics.map(({ name }) => name),
      (records) => log(`reading the topics: ${records} records`),
    );
    return {
      messaging,
      deeds,
      stories,
      sizes,
      silent: memory.silent,
      orders,
      acceptances,
      product,
      payment,
      confirmedLines,
      waiting,
      held: new Set(heldOrders),
      archives,
      logs,
      provider,
      history,
    };
  } finally {
    await Promise.all(Object.values(snapshots).map((snapshot) => snapshot.close()));
  }
}

export const isOpen = (status: string): boolean => status === 'running' || status === 'undoing';

async function openAll(databases: Sources['databases']): Promise<Record<DatabaseName, Snapshot>> {
  const opened: [DatabaseName, Snapshot][] = [];
  try {
    for (const name of databaseNames) opened.push([name, await Snapshot.open(databases[name], name)]);
  } catch (error) {
    await Promise.all(opened.map(([, snapshot]) => snapshot.close()));
    throw error;
  }
  return Object.fromEntries(opened) as Record<DatabaseName, Snapshot>;
}

async function archivesOf(
  snapshots: Record<DatabaseName, Snapshot>,
  log: (line: string) => void,
): Promise<Map<string, IdList>> {
  const archives = new Map<string, IdList>();
  for (const { name, owner } of keptTopics) {
    archives.set(name, await gatherArchive(snapshots[owner as DatabaseName], name));
    if (archives.get(name)!.length > 50_000)
      log(`reading the archives: ${name}, ${archives.get(name)!.length} messages`);
  }
  return archives;
}
