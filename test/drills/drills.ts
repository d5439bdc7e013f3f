import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { databaseServices, type DatabaseService } from '../../tools/services.js';
import type { RepeatedRequests } from './repeated-requests.js';
import type { DrillEnvironment } from './environment.js';

export interface Drill {
  readonly name: string;
  readonly title: string;
  /** Breaks the shop, checks that a service notices, recovers it and starts the services. */
  readonly run: (environment: DrillEnvironment, requests: RepeatedRequests) => Promise<DrillOutcome>;
}

export interface DrillOutcome {
  /** The text in the log of the service that refused to start. */
  readonly noticed: string;
  /** Messages read or published. */
  readonly messages: number;
  /** Orders that were accepted but never published: they are lost, and the command lists each of them. */
  readonly lost?: number;
}

interface Recovered {
  readonly database: { readonly messages: number };
  readonly history?: {
    readonly accepted: number;
    readonly recovered: number;
    readonly lost: readonly { readonly orderId: string }[];
  };
}
interface KafkaRecovered {
  readonly published: readonly { readonly topics: readonly { readonly published: number }[] }[];
}

const reason = ['--reason', 'a drill', '--yes'];

const stop = (environment: DrillEnvironment, service: DatabaseService): Promise<unknown> =>
  Promise.all(environment.namesOf(service).map((name) => environment.shop.stopProcess(name)));
const start = (environment: DrillEnvironment, service: DatabaseService): Promise<unknown> =>
  Promise.all(environment.namesOf(service).map((name) => environment.shop.startProcess(name)));

/** Places orders while Kafka is stopped: they are accepted, but only the database has them. The order service is stopped afterwards. */
async function acceptUnpublished(environment: DrillEnvironment, requests: RepeatedRequests): Promise<string[]> {
  let ids: string[] = [];
  await environment.withKafkaStopped(async () => {
    ids = await requests.place(3);
    await stop(environment, 'order');
  });
  return ids;
}

/** Throws unless the command listed exactly these orders. */
function expectLost(
  expected: readonly string[],
  { accepted, recovered, lost: listed }: NonNullable<Recovered['history']>,
  log: DrillEnvironment['log'],
): void {
  const ids = listed.map(({ orderId }) => orderId);
  log(`accepted ${accepted}, recovered ${recovered}, lost: ${ids.join(', ')}`);
  if (accepted - recovered !== ids.length || ids.toSorted().join() !== expected.toSorted().join())
    throw new Error(`lost: ${expected.join(', ')}; listed: ${ids.join(', ')} of ${accepted}, ${recovered} recovered`);
}

const lost = (service: DatabaseService): Drill => ({
  name: `lost-${service}`,
  title: `the database of ${service} is dropped`,
  async run(environment, requests) {
    const file = join(environment.shop.state.path, `backup-of-${service}-${Date.now()}`);
    await environment.tradewind('backup', service, '--to', file);
    const unpublished = service === 'order' ? await acceptUnpublished(environment, requests) : [];
    await stop(environment, service);
    // First an empty database: what an operator has who has created it again.
    await environment.asAdmin(`drop database "${service}" with (force)`);
    await environment.createEmptyDatabase(service);
    const noticed = await environment.expectRefusedStart(
      service,
      new RegExp(`the database of ${service} is behind Kafka: .*tradewind recover ${service}`),
    );
    await environment.asAdmin(`drop database "${service}" with (force)`);
    const withHistory = unpublished.length > 0 ? ['--history', requests.historyFile] : [];
    const { database, history } = await environment.tradewind<Recovered>(
      'recover',
      service,
      '--backup',
      file,
      ...withHistory,
      ...reason,
    );
    await start(environment, service);
    if (history) expectLost(unpublished, history, environment.log);
    return { noticed, messages: database.messages, lost: unpublished.length };
  },
});

const restored = (service: DatabaseService): Drill => ({
  name: `restored-${service}`,
  title: `the database of ${service} is restored to an earlier moment`,
  async run(environment) {
    // Rows that are in no event come from a backup made after that moment.
    const file = join(environment.shop.state.path, `later-backup-of-${service}-${Date.now()}`);
    await environment.tradewind('backup', service, '--to', file);
    await stop(environment, service);
    await environment.asAdmin(
      `drop database "${service}" with (force)`,
      `create database "${service}" owner "${service}_owner" template "${service}_copy"`,
    );
    const noticed = await environment.expectRefusedStart(
      service,
      new RegExp(`the database of ${service} is behind Kafka: .*tradewind recover ${service}`),
    );
    const { database } = await environment.tradewind<Recovered>('recover', service, '--backup', file, ...reason);
    await start(environment, service);
    return { noticed, messages: database.messages };
  },
});

/** Drops the database and recovers it from the topics alone. */
async function loseAndRecover(environment: DrillEnvironment, service: DatabaseService): Promise<void> {
  await stop(environment, service);
  await environment.asAdmin(`drop database "${service}" with (force)`);
  await environment.tradewind('recover', service, ...reason);
  await start(environment, service);
}

const kafka = (name: string, title: string, breakIt: (environment: DrillEnvironment) => Promise<void>): Drill => ({
  name,
  title,
  async run(environment) {
    await environment.stopServices();
    await breakIt(environment);
    await environment.tradewind('topics', 'provision');
    const noticed = await environment.expectRefusedStart(
      'order',
      /Kafka is behind the database of order: .*tradewind recover kafka/,
    );
    const { published } = await environment.tradewind<KafkaRecovered>('recover', 'kafka', ...reason);
    await environment.startServices();
    await environment.waitUntilIdle();
    // The copy of the keys in the recovered database is filled from the topics.
    await loseAndRecover(environment, 'order');
    return {
      noticed,
      messages: published.flatMap(({ topics }) => topics).reduce((sum, each) => sum + each.published, 0),
    };
  },
});

export const drills: readonly Drill[] = [
  ...databaseServices.map(lost),
  kafka('kafka-wiped', "Kafka's disk is lost", (environment) =>
    environment.withKafkaStopped((folder) => rm(folder, { recursive: true })),
  ),
  kafka('kafka-restored', 'Kafka is restored to an earlier moment', (environment) => environment.restoreKafka()),
  ...databaseServices.map(restored),
];
