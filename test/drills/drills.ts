import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { databaseServices, type DatabaseService } from '../../tools/services.js';
import type { Drill } from './drill.js';
import { reason, type DrillEnvironment, type Recovered } from './environment.js';
import { erasure } from './erasure/index.js';
import type { RepeatedRequests } from './repeated-requests.js';

interface KafkaRecovered {
  readonly published: readonly { readonly topics: readonly { readonly published: number }[] }[];
}

/** Places orders while Kafka is stopped: they are accepted, but only the database has them. The order service is stopped afterwards. */
async function acceptUnpublished(environment: DrillEnvironment, requests: RepeatedRequests): Promise<string[]> {
  let ids: string[] = [];
  await environment.withKafkaStopped(async () => {
    ids = await requests.place(3);
    await environment.stop('order');
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
    await environment.stop(service);
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
    await environment.start(service);
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
    await environment.stop(service);
    await environment.asAdmin(
      `drop database "${service}" with (force)`,
      `create database "${service}" owner "${service}_owner" template "${service}_copy"`,
    );
    const noticed = await environment.expectRefusedStart(
      service,
      new RegExp(`the database of ${service} is behind Kafka: .*tradewind recover ${service}`),
    );
    const { database } = await environment.tradewind<Recovered>('recover', service, '--backup', file, ...reason);
    await environment.start(service);
    return { noticed, messages: database.messages };
  },
});

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
    await environment.loseAndRecover('order');
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
  erasure,
];
