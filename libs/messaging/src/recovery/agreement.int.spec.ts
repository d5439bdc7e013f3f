import 'reflect-metadata';
import { randomUUID } from 'node:crypto';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { eventually } from '@tradewind/testing';
import { IsString } from 'class-validator';
import { DataSource } from 'typeorm';
import { freshDatabase, type FreshDatabase } from '../../../../tools/platform/postgres/fresh-database.js';
import { Catalogue, Handles, kafkaClient, Message, messagingMigrations, MessagingParts, nothing, PostgresStore, said, systemWorld, topic, type Decision, type KafkaClient } from '../index.js';
import { headersOf, toOutboxRow } from '../outbox/envelope.js';

const run = randomUUID().slice(0, 8);
const talk = topic(`talk-${run}.events`, { owner: `talker-${run}`, partitions: 1 });

@Message({ type: 'talk.said', topic: talk, key: 'who' })
class Said {
  @IsString() readonly who!: string;
}
@Message({ type: 'talk.coughed', topic: talk, key: 'who' })
class Coughed {
  @IsString() readonly who!: string;
}
class Listener {
  @Handles(Said)
  listen(): Decision {
    return nothing();
  }
}
class PatientListener extends Listener {
  @Handles(Coughed)
  pardon(): Decision {
    return nothing();
  }
}
// The decorators of an inherited method are found on the class itself only.
Object.defineProperty(PatientListener.prototype, 'listen', Object.getOwnPropertyDescriptor(Listener.prototype, 'listen')!);

describe('a service that talks to itself', () => {
  let database: FreshDatabase;
  let dataSource: DataSource;
  let store: PostgresStore;
  let kafka: KafkaClient;
  let fatal: Error[];
  let parts: MessagingParts | undefined;
  const service = `talker-${run}`;
  const client = (): KafkaClient => kafkaClient({ brokers: process.env['TEST_KAFKA_BROKERS']!.split(','), clientId: 'talker' });

  const start = (listener: object = new Listener(), ignored = [Coughed]): void => {
    const options = { service, contracts: new Catalogue([Said, Coughed]), lockOrder: [], ignores: { [service]: ignored } };
    kafka = client();
    parts = new MessagingParts(options, { store, kafka, world: systemWorld, log: () => undefined, onFatal: (error) => fatal.push(error) }, () => []);
    parts.hear(listener);
    parts.start();
    parts.transport.listen(() => undefined);
  };
  const stop = async (): Promise<void> => {
    const running = parts;
    parts = undefined;
    await running?.leave();
    await running?.finish();
    await kafka.close();
  };
  const tell = async (cls: typeof Said | typeof Coughed, who: string): Promise<string> => {
    const id = randomUUID();
    const row = toOutboxRow(said(cls, { who }), { id, at: new Date(), cause: id, correlation: undefined, traceparent: null });
    await store.transaction((transaction) => transaction.append([row]));
    return id;
  };
  const handled = (id: string): Promise<boolean> => store.neverHandled(service, [id]).then((never) => !never.has(id));
  const atRest = (id: string): Promise<unknown> =>
    eventually(async () => {
      const [{ end } = { end: 0n }] = await kafka.endOffsets([talk.name]);
      const [{ next } = { next: -1n }] = await kafka.committed(service, [talk.name]);
      return (await handled(id)) && next === end;
    });
  const outbox = async (): Promise<number> => (await dataSource.query<{ n: number }[]>('select count(*)::int as n from msg_outbox'))[0]!.n;
  const disagreement = (): Promise<string> => eventually(() => fatal.find(({ name }) => name === 'PositionsDisagree')?.message);

  beforeAll(async () => {
    const provisioner = client();
    await provisioner.provision([talk]);
    await provisioner.close();
    database = await freshDatabase();
    dataSource = await new DataSource({ type: 'postgres', url: database.url, migrations: messagingMigrations }).initialize();
    await dataSource.runMigrations();
    store = new PostgresStore(dataSource);
    fatal = [];
    start();
    await atRest(await tell(Said, 'first'));
    await stop();
  }, 60_000);
  beforeEach(() => {
    fatal = [];
  });
  afterEach(() => stop());
  afterAll(async () => {
    await dataSource?.destroy();
    await database?.drop();
  });

  it('goes on where it was', async () => {
    start();
    await atRest(await tell(Said, 'again'));
    expect(fatal).toEqual([]);
  });

  it('goes on after a crash between the acknowledgement and the mark', async () => {
    const id = await tell(Said, 'twice');
    const [row] = await dataSource.query<{ position: string; sequence: string; occurred_at: Date }[]>('select * from msg_outbox');
    const publisher = client();
    const sender = await publisher.publisher();
    const taken = { ...toOutboxRow(said(Said, { who: 'twice' }), { id, at: row!.occurred_at, cause: id, correlation: undefined, traceparent: null }), position: 1n, sequence: 1n };
    await sender.publish([{ topic: talk.name, partition: 0, key: 'twice', value: taken.payload, headers: headersOf(taken, service) }]);
    await sender.close();
    await publisher.close();
    start();
    await atRest(id);
    await eventually(async () => (await outbox()) === 0);
    expect(fatal).toEqual([]);
  });

  it('goes on over a record that a stranger has written', async () => {
    const publisher = client();
    const sender = await publisher.publisher();
    await sender.publish([{ topic: talk.name, partition: 0, key: 'x', value: '{}', headers: {} }]);
    await sender.close();
    await publisher.close();
    start();
    await atRest(await tell(Said, 'after the stranger'));
    expect(fatal).toEqual([]);
  });

  it('goes on with handlers for what it has passed over before', async () => {
    start();
    await tell(Said, 'before');
    await atRest(await tell(Said, 'well')).then(() => tell(Coughed, 'well'));
    await eventually(async () => (await outbox()) === 0);
    const [{ end } = { end: 0n }] = await kafka.endOffsets([talk.name]);
    await eventually(async () => (await kafka.committed(service, [talk.name]))[0]?.next === end);
    await stop();
    start(new PatientListener(), []);
    await atRest(await tell(Coughed, 'pardon'));
    expect(fatal).toEqual([]);
    await stop();
    start(new PatientListener(), []);
    await atRest(await tell(Said, 'for the next'));
    expect(fatal).toEqual([]);
    await stop();
    start();
    await atRest(await tell(Said, 'the former handlers again'));
  });

  it('ends before anything is said or handled when its inbox does not know what the group has passed', async () => {
    await dataSource.query('create table kept as select * from msg_inbox; truncate msg_inbox');
    await tell(Said, 'not now');
    start();
    expect(await disagreement()).toMatch(
      new RegExp(`the database of ${service} is behind Kafka: the position of ${service} on ${talk.name} partition 0 is \\d+, .* does not know that it handled the record at \\d+ .*tradewind recover ${service}`),
    );
    await stop();
    await dataSource.query('insert into msg_inbox select * from kept on conflict do nothing; drop table kept');
  });

  it('ends before anything is said when its topic goes on beyond what it knows', async () => {
    await dataSource.query('create table kept as select * from msg_relay_positions; truncate msg_relay_positions, msg_outbox_archive, msg_outbox');
    const waiting = await tell(Said, 'not now either');
    start();
    expect(await disagreement()).toMatch(new RegExp(`the database of ${service} is behind Kafka: ${talk.name} partition 0 ends at \\d+, the database knows it up to 0, .*tradewind recover ${service}`));
    await stop();
    expect([await outbox(), await handled(waiting)]).toEqual([1, false]);
    await dataSource.query('insert into msg_relay_positions select * from kept; drop table kept');
  });

  it('ends before anything is said when its topic ends before what it knows', async () => {
    await dataSource.query('update msg_relay_positions set next_offset = next_offset + 1000');
    start();
    expect(await disagreement()).toMatch(
      new RegExp(`Kafka is behind the database of ${service}: ${talk.name} partition 0 ends at \\d+, and was published up to \\d+\\. .*tradewind recover kafka`),
    );
    await stop();
    expect(await outbox()).toBe(1);
  });
});
