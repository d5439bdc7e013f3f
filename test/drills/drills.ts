import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { databaseServices, type DatabaseService } from '../../tools/platform/shop/processes.js';
import type { AskedAgain } from './asked-again.js';
import type { Ground } from './ground.js';

export interface Drill {
  readonly name: string;
  readonly title: string;
  /** Breaks, sees that it is noticed, heals; the services run again in the end. */
  readonly play: (ground: Ground, asked: AskedAgain) => Promise<Played>;
}

export interface Played {
  readonly noticed: string;
  /** Read or published. */
  readonly messages: number;
  /** Orders that were accepted and told to nobody: gone for good, each named by the command. */
  readonly lost?: number;
}

interface Recovered {
  readonly database: { readonly messages: number };
  readonly history?: {
    readonly accepted: number;
    readonly back: number;
    readonly lost: readonly { readonly orderId: string }[];
  };
}
interface KafkaRecovered {
  readonly published: readonly { readonly topics: readonly { readonly published: number }[] }[];
}

const why = ['--reason', 'a drill', '--yes'];

const stop = (ground: Ground, service: DatabaseService): Promise<unknown> =>
  Promise.all(ground.namesOf(service).map((name) => ground.shop.stopOne(name)));
const start = (ground: Ground, service: DatabaseService): Promise<unknown> =>
  Promise.all(ground.namesOf(service).map((name) => ground.shop.startOne(name)));

/** Orders that only the database knows: while Kafka is away they are accepted, and said to nobody. It ends with the service stopped. */
async function acceptUnpublished(ground: Ground, asked: AskedAgain): Promise<string[]> {
  let ids: string[] = [];
  await ground.withKafkaStopped(async () => {
    ids = await asked.place(3);
    await stop(ground, 'order');
  });
  return ids;
}

/** Throws unless just these were named. */
function seeThatNamed(
  gone: readonly string[],
  { accepted, back, lost: named }: NonNullable<Recovered['history']>,
  say: Ground['say'],
): void {
  const ids = named.map(({ orderId }) => orderId);
  say(`accepted ${accepted}, come back ${back}, lost: ${ids.join(', ')}`);
  if (accepted - back !== ids.length || ids.toSorted().join() !== gone.toSorted().join())
    throw new Error(
      `lost were ${gone.join(', ')}, and the command named ${ids.join(', ')} of ${accepted}, ${back} of them come back`,
    );
}

const lost = (service: DatabaseService): Drill => ({
  name: `lost-${service}`,
  title: `the database of ${service} is dropped`,
  async play(ground, asked) {
    const file = join(ground.shop.state.path, `backup-of-${service}-${Date.now()}`);
    await ground.tradewind('backup', service, '--to', file);
    const gone = service === 'order' ? await acceptUnpublished(ground, asked) : [];
    await stop(ground, service);
    // First an empty one beside topics with records: what an operator has who made it anew.
    await ground.asAdmin(
      `drop database "${service}" with (force)`,
      `create database "${service}" owner "${service}" template template0 encoding 'UTF8'`,
    );
    const noticed = await ground.refused(
      service,
      new RegExp(`the database of ${service} is behind Kafka: .*tradewind recover ${service}`),
    );
    await ground.asAdmin(`drop database "${service}" with (force)`);
    const withHistory = gone.length > 0 ? ['--history', asked.historyFile] : [];
    const { database, history } = await ground.tradewind<Recovered>(
      'recover',
      service,
      '--backup',
      file,
      ...withHistory,
      ...why,
    );
    await start(ground, service);
    if (history) seeThatNamed(gone, history, ground.say);
    return { noticed, messages: database.messages, lost: gone.length };
  },
});

const restored = (service: DatabaseService): Drill => ({
  name: `restored-${service}`,
  title: `the database of ${service} is restored to an earlier moment`,
  async play(ground) {
    // What is in no event, and younger than that moment, is in a younger backup or nowhere.
    const file = join(ground.shop.state.path, `younger-backup-of-${service}-${Date.now()}`);
    await ground.tradewind('backup', service, '--to', file);
    await stop(ground, service);
    await ground.asAdmin(
      `drop database "${service}" with (force)`,
      `create database "${service}" owner "${service}" template "${service}_copy"`,
    );
    const noticed = await ground.refused(
      service,
      new RegExp(`the database of ${service} is behind Kafka: .*tradewind recover ${service}`),
    );
    const { database } = await ground.tradewind<Recovered>('recover', service, '--backup', file, ...why);
    await start(ground, service);
    return { noticed, messages: database.messages };
  },
});

/** Drops it and brings it back from the topics alone. */
async function loseAndRecover(ground: Ground, service: DatabaseService): Promise<void> {
  await stop(ground, service);
  await ground.asAdmin(`drop database "${service}" with (force)`);
  await ground.tradewind('recover', service, ...why);
  await start(ground, service);
}

const kafka = (name: string, title: string, breakIt: (ground: Ground) => Promise<void>): Drill => ({
  name,
  title,
  async play(ground) {
    await ground.stopServices();
    await breakIt(ground);
    await ground.tradewind('topics', 'provision');
    const noticed = await ground.refused('order', /Kafka is behind the database of order: .*tradewind recover kafka/);
    const { published } = await ground.tradewind<KafkaRecovered>('recover', 'kafka', ...why);
    await ground.startServices();
    await ground.rest();
    // An empty copy of the keys fills itself: they are on their topics again.
    await loseAndRecover(ground, 'order');
    return {
      noticed,
      messages: published.flatMap(({ topics }) => topics).reduce((sum, each) => sum + each.published, 0),
    };
  },
});

export const drills: readonly Drill[] = [
  ...databaseServices.map(lost),
  kafka('kafka-wiped', "Kafka's disk is lost", (ground) =>
    ground.withKafkaStopped((folder) => rm(folder, { recursive: true })),
  ),
  kafka('kafka-restored', 'Kafka is restored to an earlier moment', (ground) => ground.restoreKafka()),
  ...databaseServices.map(restored),
];
