import 'reflect-metadata';
import { randomUUID } from 'node:crypto';
import { afterAll, afterEach, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { Controller, Module, type INestApplication } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { eventually, kafkaClientConformance } from '@tradewind/testing';
import { IsString } from 'class-validator';
import kafkajs from 'kafkajs';
import { DataSource } from 'typeorm';
import { startSecureKafka, type SecureKafka } from '../../../../../tools/platform/kafka/start-secure-kafka.js';
import { freshDatabase, type FreshDatabase } from '../../../../../tools/platform/postgres/fresh-database.js';
import { endLeftovers, removeState, temporaryFolder } from '../../../../../tools/platform/process/temporary-folder.js';
import {
  Handles,
  kafkaClient,
  KafkaTransport,
  Message,
  MessagingHealth,
  MessagingModule,
  messagingMigrations,
  Outbox,
  topic,
  type TransactionContext,
} from '../../index.js';
import { KafkaAccessRefused } from '../../ports/index.js';
import type { KafkaSettings } from '../../internals.js';
import type { SaslSettings } from '../../adapters/kafkajs/index.js';

const run = randomUUID().slice(0, 8);
const parcels = topic(`parcels-${run}.events`, { owner: `parcels-${run}`, partitions: 1 });

@Message({ type: 'parcel.sent', topic: parcels, key: 'parcelId' })
class ParcelSent {
  @IsString() readonly parcelId!: string;
}

@Controller()
class ParcelHandler {
  @Handles(ParcelSent)
  async sent({ parcelId }: ParcelSent, { manager }: TransactionContext): Promise<void> {
    await manager.query('insert into notes values ($1)', [parcelId]);
  }
}

type Security = Partial<Omit<KafkaSettings, 'clientId' | 'log'>>;
type PasswordLogin = Extract<SaslSettings, { username: string }>;

jest.setTimeout(90_000);

let folder: string;
let broker: SecureKafka;
const users = { alice: 'alice-secret', carol: 'carol-secret', bob: 'bob-secret', dave: 'dave-secret' };
const login = (rest: Partial<PasswordLogin> = {}): SaslSettings => ({
  mechanism: 'scram-sha-512',
  username: 'alice',
  password: users.alice,
  ...rest,
});
const secured = (rest: Security = {}): Omit<KafkaSettings, 'log'> => ({
  brokers: [broker.secureBrokers],
  clientId: 'secured',
  ssl: { ca: broker.certificates.ca },
  sasl: login(),
  ...rest,
});

beforeAll(async () => {
  folder = await temporaryFolder();
  broker = await startSecureKafka({
    folder,
    users,
    superUsers: ['alice', 'carol'],
    // kafkajs logs in again ten seconds before a connection ends.
    settings: { 'connections.max.reauth.ms': '15000' },
  });
});
afterAll(async () => {
  await broker?.kill();
  await endLeftovers(folder);
  removeState(folder);
});

kafkaClientConformance('kafkajs with TLS and SCRAM', () => kafkaClient(secured()));

describe('a broker with TLS and login', () => {
  it.each<[string, () => Security]>([
    ['SCRAM-SHA-512', () => ({})],
    ['PLAIN', () => ({ sasl: login({ mechanism: 'plain' }) })],
    ['an IPv6 address', () => ({ brokers: [broker.secureBrokersOnIpv6] })],
    ['a host name', () => ({ brokers: [broker.secureBrokers.replace('127.0.0.1', 'localhost')] })],
  ])('accepts a client with %s', async (_, rest) => {
    const kafka = kafkaClient(secured(rest()));
    try {
      await kafka.provision([parcels]);
      expect(await kafka.endOffsets([parcels.name])).toHaveLength(1);
    } finally {
      await kafka.close();
    }
  });
});

async function allow(
  user: string,
  resourceType: kafkajs.AclResourceTypes,
  resourceName: string,
  resourcePatternType: kafkajs.ResourcePatternTypes,
  operations: readonly kafkajs.AclOperationTypes[],
): Promise<void> {
  const plain = new kafkajs.Kafka({ brokers: [broker.brokers], clientId: 'acl', logLevel: kafkajs.logLevel.NOTHING });
  const admin = plain.admin();
  await admin.connect();
  const acl = { resourceType, resourceName, resourcePatternType, principal: `User:${user}`, host: '*' };
  await admin.createAcls({
    acl: operations.map((operation) => ({ ...acl, operation, permissionType: kafkajs.AclPermissionTypes.ALLOW })),
  });
  await admin.disconnect();
}

describe('a service on a broker with TLS and login', () => {
  let database: FreshDatabase;
  let dataSource: DataSource;
  const apps: INestApplication[] = [];
  const fatal: Error[] = [];
  const start = async (kafka: Omit<KafkaSettings, 'log'>, service = `parcels-${run}`): Promise<INestApplication> => {
    fatal.length = 0;
    @Module({
      imports: [
        MessagingModule.forRoot({
          service,
          kafka,
          dataSource,
          log: () => undefined,
          onFatal: (error) => void fatal.push(error),
        }),
        MessagingModule.forFeature({ messages: [ParcelSent] }),
      ],
      controllers: [ParcelHandler],
    })
    class App {}
    const app = await NestFactory.create(App, { logger: false, abortOnError: false });
    apps.push(app);
    app.connectMicroservice({ strategy: app.get(KafkaTransport) });
    await app.init();
    await app.startAllMicroservices();
    return app;
  };
  const send = async (app: INestApplication): Promise<string> => {
    const parcelId = randomUUID();
    const outbox = app.get(Outbox);
    await outbox.transaction(dataSource.manager, (manager) => outbox.publish(manager, ParcelSent, { parcelId }));
    return parcelId;
  };
  const handled = (parcelId: string): Promise<boolean> =>
    eventually(
      async () => (await dataSource.query<unknown[]>('select from notes where text = $1', [parcelId])).length === 1,
      30_000,
    );
  const degraded = (app: INestApplication): string[] => app.get(MessagingHealth).degraded();

  beforeAll(async () => {
    database = await freshDatabase();
    dataSource = await new DataSource({
      type: 'postgres',
      url: database.url,
      migrations: messagingMigrations,
    }).initialize();
    await dataSource.runMigrations();
    await dataSource.query('create table notes (text text not null)');
    const kafka = kafkaClient(secured());
    await kafka.provision([parcels]);
    await kafka.close();
  });
  afterEach(async () => {
    for (const app of apps.splice(0)) await app.close();
  });
  afterAll(async () => {
    await dataSource.destroy();
    await database.drop();
  });

  it('publishes its outbox and handles its messages', async () => {
    const app = await start(secured());
    await handled(await send(app));
    expect([fatal, degraded(app)]).toEqual([[], []]);
  });

  it.each<[string, KafkaAccessRefused['reason'], RegExp, () => Security]>([
    [
      'with the wrong authority',
      'certificate',
      /SELF_SIGNED_CERT_IN_CHAIN.* set kafka\.ssl\.ca/,
      () => ({ ssl: true }),
    ],
    [
      'by another name',
      'certificate',
      /ALTNAME_INVALID.*set kafka\.ssl\.servername/,
      () => ({ ssl: { ca: broker.certificates.ca, servername: 'elsewhere' } }),
    ],
    ['without TLS', 'encryption', /speaks TLS: set kafka\.ssl/, () => ({ ssl: false })],
    [
      'with TLS on a plain listener',
      'encryption',
      /does not speak TLS: .*kafka\.brokers, or remove kafka\.ssl/,
      () => ({ brokers: [broker.brokers] }),
    ],
    ['with a wrong password', 'login', /alice .*kafka\.sasl\.password/, () => ({ sasl: login({ password: 'wrong' }) })],
    [
      'with a wrong password of PLAIN',
      'login',
      /alice .*kafka\.sasl\.password/,
      () => ({ sasl: login({ mechanism: 'plain', password: 'wrong' }) }),
    ],
    [
      'with an unknown user',
      'login',
      /stranger of kafka\.sasl\.username/,
      () => ({ sasl: login({ username: 'stranger' }) }),
    ],
    [
      'with a mechanism that is off',
      'login',
      /scram-sha-256: change kafka\.sasl\.mechanism/,
      () => ({ sasl: login({ mechanism: 'scram-sha-256' }) }),
    ],
    [
      'with a login on a plain listener',
      'login',
      /expect no login .*kafka\.brokers, or remove kafka\.sasl/,
      () => ({ brokers: [broker.brokers], ssl: false }),
    ],
    [
      'without permissions',
      'permission',
      new RegExp(
        `user bob .*${parcels.name.replaceAll('.', '\\.')} \\(TOPIC_AUTHORIZATION_FAILED\\): add an ACL for the operation Describe`,
      ),
      () => ({ sasl: login({ username: 'bob', password: users.bob }) }),
    ],
  ])('fails at once when it starts %s', async (_, reason, text, rest) => {
    await start(secured(rest()));
    const [error] = await eventually(() => fatal.length > 0 && fatal, 10_000);
    expect(error).toBeInstanceOf(KafkaAccessRefused);
    expect(error).toMatchObject({ reason, message: expect.stringMatching(text) });
  });

  it('fails at once when it starts without a login', async () => {
    const { sasl: _, ...rest } = secured();
    await start(rest);
    const [error] = await eventually(() => fatal.length > 0 && fatal, 10_000);
    expect(error).toMatchObject({ name: 'KafkaAccessRefused', reason: 'login' });
    expect(error?.message).toMatch(/expects a login: set kafka\.sasl/);
  });

  it('fails at once when it may not join its group, and needs only the permissions of the guide', async () => {
    const { TOPIC, GROUP } = kafkajs.AclResourceTypes;
    const { READ, WRITE, DESCRIBE_CONFIGS } = kafkajs.AclOperationTypes;
    const { LITERAL, PREFIXED } = kafkajs.ResourcePatternTypes;
    const asBob = secured({ sasl: login({ username: 'bob', password: users.bob }) });
    const kafka = kafkaClient(asBob);
    const group = `readers-${run}`;
    await allow('bob', TOPIC, parcels.name, LITERAL, [READ, WRITE, DESCRIBE_CONFIGS]);
    await eventually(() => kafka.check([parcels]).then(() => true));
    await start(asBob, group);
    const [error] = await eventually(() => fatal.length > 0 && fatal, 10_000);
    expect(error).toMatchObject({ name: 'KafkaAccessRefused', reason: 'permission' });
    expect(error?.message).toContain(
      `the group ${group} (GROUP_AUTHORIZATION_FAILED): add an ACL for the operation Describe`,
    );

    await allow('bob', GROUP, group, LITERAL, [READ]);
    await allow('bob', GROUP, `${group}.`, PREFIXED, [READ]);
    await eventually(() => kafka.committedOffsets(group, [parcels.name]));
    await kafka.close();
    const app = await start(asBob, group);
    await handled(await send(app));
    expect(fatal).toEqual([]);
  });

  it('names the missing permission to publish, and publishes when it is given', async () => {
    const { TOPIC, GROUP } = kafkajs.AclResourceTypes;
    const { READ, WRITE, DESCRIBE_CONFIGS } = kafkajs.AclOperationTypes;
    const { LITERAL } = kafkajs.ResourcePatternTypes;
    const group = `writers-${run}`;
    const asDave = secured({ sasl: login({ username: 'dave', password: users.dave }) });
    const kafka = kafkaClient(asDave);
    await allow('dave', TOPIC, parcels.name, LITERAL, [READ, DESCRIBE_CONFIGS]);
    await allow('dave', GROUP, group, LITERAL, [READ]);
    await eventually(() => kafka.committedOffsets(group, [parcels.name]));
    await kafka.close();
    const app = await start(asDave, group);
    const waiting = await send(app);
    const missing = `user dave of kafka.sasl.username no access to the topic ${parcels.name} (TOPIC_AUTHORIZATION_FAILED): add an ACL for the operation Write`;
    await eventually(() => degraded(app).some((text) => text.startsWith('relay: ') && text.includes(missing)));
    expect(fatal).toEqual([]);
    await allow('dave', TOPIC, parcels.name, LITERAL, [WRITE]);
    await handled(waiting);
  });

  it('waits for a broker that is unavailable', async () => {
    const app = await start(secured({ brokers: ['127.0.0.1:1'] }));
    await eventually(() => degraded(app).some((problem) => /relay: [2-9] failed attempts/.test(problem)), 20_000);
    expect(fatal).toEqual([]);
  });

  it('stays up while its password is changed, and names the reason', async () => {
    const app = await start(secured({ sasl: login({ username: 'carol', password: users.carol }) }));
    await handled(await send(app));
    await broker.setPassword('carol', 'changed');
    const refused = (part: string): Promise<unknown> =>
      eventually(() =>
        degraded(app).some((text) => text.startsWith(part) && text.includes('refuse the login of the user carol')),
      );
    await refused(`consumer parcels-${run}: `);
    const waiting = await send(app);
    await refused('relay: ');
    expect(fatal).toEqual([]);
    await broker.setPassword('carol', users.carol);
    await handled(waiting);
    await eventually(() => degraded(app).length === 0, 20_000);
  });
});
