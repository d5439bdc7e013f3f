import { randomUUID } from 'node:crypto';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { createDatabase, query } from '../environment/databases.js';
import { contenderNamed, type Contender, type ContenderName, type Place, type Relay } from './contenders/contender.js';
import { consumerTables, producerTables, type TransferRequest } from './job.js';
import type { Evidence } from './judge.js';
import type { Servers } from './servers.js';
import { Supervised, type Answer } from './supervised.js';
import type { TopicRecord, Topics } from './topics.js';

const ids = async (url: string, text: string | undefined): Promise<Set<string>> =>
  new Set(text === undefined ? [] : (await query<{ id: string }>(url, text)).map(({ id }) => id));

export const accounts = 50;

export interface Load {
  readonly seconds: number;
  readonly perSecond: number;
  readonly during?: Promise<unknown>;
}

/** One contender with topics, databases and processes of its own, and what can be done to it. */
export class Case {
  producer!: Supervised;
  readonly consumers: Supervised[] = [];
  relay: Relay | undefined;

  private constructor(
    readonly name: ContenderName,
    readonly contender: Contender,
    readonly place: Place,
    private readonly servers: Servers,
    readonly topics: Topics,
  ) {}

  /** Creates everything and starts a producer and a consumer; resolves when both have started. */
  static async open(servers: Servers, topics: Topics, name: ContenderName, purpose: string): Promise<Case> {
    const contender = await contenderNamed(name);
    const place = await placeOf(servers, `${name}-${purpose}`);
    const topicNames = [place.transfers, place.balances];
    if (name !== 'transactional' && name !== 'decision') await topics.create(topicNames);
    await query(place.producerUrl, producerTables);
    await query(place.consumerUrl, consumerTables);
    await contender.prepare(place);
    const self = new Case(name, contender, place, servers, topics);
    await self.startRelay();
    self.producer = self.#start('producer');
    self.consumers.push(self.#start('consumer'));
    await Promise.all([self.producer.ready(), self.consumers[0]!.ready()]);
    return self;
  }

  #start(role: 'producer' | 'consumer'): Supervised {
    const env = { CONTENDER: this.name, ROLE: role, PLACE: JSON.stringify(this.place) };
    return new Supervised(env, join(this.servers.logs, `${this.place.name}-${role}.log`));
  }

  async startRelay(): Promise<void> {
    this.relay = await this.contender.startRelay?.(this.place, this.servers);
  }

  get consumer(): Supervised {
    return this.consumers[0]!;
  }

  async addConsumer(): Promise<Supervised> {
    const consumer = this.#start('consumer');
    this.consumers.push(consumer);
    await consumer.ready();
    return consumer;
  }

  transfer(request: Partial<TransferRequest> = {}): Promise<Answer> {
    const account = `account-${String(Math.floor(Math.random() * accounts)).padStart(2, '0')}`;
    return this.producer.ask({ transferId: randomUUID(), account, amount: 1, ...request });
  }

  /**
   * Requests transfers at a steady rate, whether or not earlier ones are answered: while something happens, and some seconds more. Resolves
   * with their number when all are answered.
   */
  async load({ seconds, perSecond, during = Promise.resolve() }: Load): Promise<number> {
    let end = Infinity;
    const setEnd = (): void => void (end = performance.now() + seconds * 1_000);
    during.then(setEnd, setEnd);
    const start = performance.now();
    const answers: Promise<unknown>[] = [];
    for (let sent = 0; performance.now() < end; sent++) {
      answers.push(this.transfer().catch(() => undefined));
      await pause(start + ((sent + 1) * 1_000) / perSecond - performance.now());
    }
    return (await Promise.all(answers)).length;
  }

  /** SIGKILL for the producer, and for the relay where it is a process of its own. */
  async killProducer(): Promise<void> {
    this.producer.kill();
    if (!this.relay) return;
    await this.relay.kill();
    await this.startRelay();
  }

  /** How many transfers are stored, and applied; whether each is applied and followed up, or dead-lettered; and a count that changes with each step. */
  async progress(): Promise<{
    readonly stored: number;
    readonly done: number;
    readonly isComplete: boolean;
    readonly steps: number;
  }> {
    const { stored, applied, deadLettered } = await this.#tables();
    const done = new Set(applied.map(({ id }) => id));
    const missing = stored.filter(({ id }) => !done.has(id) && !deadLettered.has(id));
    const followUps = (await this.topics.ends(this.place.balances)).reduce((sum, end) => sum + end, 0);
    return {
      stored: stored.length,
      done: done.size,
      isComplete: missing.length === 0 && followUps >= done.size,
      steps: applied.length + deadLettered.size + followUps,
    };
  }

  async #tables(): Promise<Pick<Evidence, 'stored' | 'applied' | 'unpublished' | 'deadLettered'>> {
    const { producerUrl, consumerUrl } = this.place;
    const { unpublished, deadLettered } = this.contender;
    return {
      stored: await query(producerUrl, 'select transfer_id as id, account, number from transfers'),
      applied: await query(consumerUrl, 'select transfer_id as id, account, position from ledger'),
      unpublished: await ids(producerUrl, unpublished),
      deadLettered: await ids(consumerUrl, deadLettered),
    };
  }

  /** `records`: of both topics. */
  async evidence(records: readonly TopicRecord[]): Promise<Evidence> {
    const { transfers, balances } = this.place;
    return {
      ...(await this.#tables()),
      published: records.filter(({ topic }) => topic === transfers).flatMap((record) => identified(record)),
      followUps: records.filter(({ topic }) => topic === balances).flatMap((record) => identified(record)),
      committed: await this.topics.committed(this.contender.groupOf(this.place), transfers),
    };
  }

  async close(): Promise<void> {
    await Promise.all([this.producer.close(), ...this.consumers.map((consumer) => consumer.close())]);
    await this.relay?.stop();
    for (const url of [this.place.producerUrl, this.place.consumerUrl])
      await query(this.servers.postgresUrl, `drop database ${new URL(url).pathname.slice(1)} with (force)`);
  }
}

async function placeOf({ postgresUrl, brokers }: Servers, name: string): Promise<Place> {
  const databaseOf = (role: string): Promise<string> => createDatabase(postgresUrl, `${name}-${role}`);
  return {
    name,
    brokers: [brokers],
    producerUrl: await databaseOf('producer'),
    consumerUrl: await databaseOf('consumer'),
    transfers: `${name}.transfers`,
    balances: `${name}.balances`,
  };
}

/** The transfer and the event of a record; nothing where it is not a JSON object of a transfer. An event without an id is identified by its place. */
function identified({ value, headers, partition, offset }: TopicRecord) {
  let id: unknown;
  try {
    id = (JSON.parse(String(value)) as { readonly transferId?: unknown } | null)?.transferId;
  } catch {
    return [];
  }
  const event = (headers['ce_id'] ?? headers['id'])?.toString() ?? `${partition}/${offset}`;
  return typeof id === 'string' ? [{ id, event, partition, offset }] : [];
}
