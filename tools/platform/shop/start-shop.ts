import { topics } from '@tradewind/contracts';
import { kafkaClient } from '@tradewind/messaging';
import { createServiceDatabase } from '../postgres/service-database.js';
import type { Keeper } from '../process/keeper.js';
import { removeState } from '../process/temporary-folder.js';
import { openClusters } from './clusters.js';
import { environmentOf, type Surroundings } from './environment.js';
import { ensureFirstAdmin } from './first-admin.js';
import { holdLifeline } from './hold-lifeline.js';
import { keepInstance, keepProvider, planInstances } from './instances.js';
import { anyPorts, fixedPorts, refuseTakenPorts } from './ports.js';
import { databaseServices, services, type DatabaseService } from './processes.js';
import { whileSaying } from './progress.js';
import { instanceReady } from './readiness.js';
import { serveScale } from './scale-socket.js';
import { Scaling } from './scaling.js';
import { openSecrets, type Secrets } from './secrets.js';
import type { Instance, Shop, ShopOptions } from './shop.js';
import { claim, claimTemporary, release, type StateFolder } from './state-folder.js';

const startupMs = 90_000;

/** A shop in the making: what is running by now, so that it can be stopped at any moment. */
interface Site {
  readonly state: StateFolder;
  readonly kept: Map<string, Keeper>;
  readonly instances: Instance[];
  readonly options: ShopOptions;
  /** Aborted when the shop is to stop. */
  readonly closing: AbortSignal;
  readonly stop: () => Promise<void>;
}

/** Starts a whole shop, from the database cluster to the gateway, and resolves when it serves. Several may run side by side, each on its folder and ports. */
export async function startShop(options: ShopOptions): Promise<Shop> {
  const state = options.stateDir ? await claim(options.stateDir) : await claimTemporary();
  const lifeline = options.stateDir ? undefined : holdLifeline(state.path);
  const kept = new Map<string, Keeper>();
  const instances: Instance[] = [];
  const closing = new AbortController();
  const stopNow = async (): Promise<void> => {
    closing.abort(new Error('the shop is being stopped'));
    await stopInOrder(kept, instances, options.say ?? (() => undefined));
    release(state.path);
    if (!options.stateDir) removeState(state.path);
    lifeline?.letGo();
  };
  let stopped: Promise<void> | undefined;
  const stop = (): Promise<void> => (stopped ??= stopNow());
  try {
    return await open({ state, kept, instances, options, closing: closing.signal, stop });
  } catch (error) {
    await stop();
    throw error;
  }
}

async function open({ state, kept, instances, options, closing, stop }: Site): Promise<Shop> {
  const say = options.say ?? (() => undefined);
  const phase = <T>(what: string, work: () => Promise<T>): Promise<T> => inPhase(what, work, say, options.signal);
  const secrets = openSecrets(state.secretsFile);
  const ports = options.ports === 'free' ? await anyPorts() : fixedPorts(process.env);
  await refuseTakenPorts(ports, [
    ...services,
    'provider',
    ...(options.databaseUrl ? [] : (['postgres'] as const)),
    ...(options.kafkaBrokers ? [] : (['kafka', 'kafka-controller'] as const)),
  ]);

  const [postgres, kafka] = await phase('PostgreSQL and Kafka', () =>
    openClusters({ state, ports, password: secrets.postgresPassword, kept, options, say }),
  );
  const databases = await phase('databases and roles', () => createDatabases(postgres.address, secrets));
  await phase('topics', () => provisionTopics(kafka.address));

  const gatewayUrl = `http://127.0.0.1:${ports.gateway}`;
  const providerUrl = `http://127.0.0.1:${ports.provider}`;
  const around: Surroundings = {
    kafkaBrokers: kafka.forServices,
    databases: seenAt(postgres.forServices, databases),
    gatewayUrl,
    providerUrl,
    secrets,
    providerLog: state.providerLog,
    instancesFile: state.instancesFile,
  };
  await phase('services', async () => {
    const provider = keepProvider(ports.provider, around, state, options);
    kept.set('provider', provider);
    for (const plan of await planInstances(ports, options.scale ?? {})) {
      const instance = keepInstance(plan, around, state, options);
      instances.push(instance);
      kept.set(instance.name, instance.keeper);
    }
    await Promise.all([provider, ...instances.map(({ keeper }) => keeper)].map((keeper) => keeper.start()));
    await allReady(instances, startupMs, options.signal);
  });
  const user = instanceNamed(instances, 'user');
  await phase('the first admin', () => ensureFirstAdmin(user.url, environmentOf('user', 0, around), secrets.admin));
  const gateway = instanceNamed(instances, 'gateway');
  await phase('the way through the gateway', () => instanceReady(gateway, 30_000, options.signal, '/products?limit=1'));

  const addresses = { gatewayUrl, providerUrl, kafkaBrokers: kafka.address, adminUrl: postgres.address, databases };
  const scaling = new Scaling({
    state,
    kept,
    instances,
    options,
    closing,
    ports,
    around,
    about: { ...addresses, providerLog: state.providerLog },
    startupMs,
  });
  scaling.writeDown();
  const scale: Shop['scale'] = (wanted, told = say) => scaling.change(wanted, told);
  await serveScale(
    state.scaleSocket,
    (wanted, told) => scale(wanted, (line) => [say, told].forEach((each) => each(line))),
    closing,
    say,
  );
  return { ...addresses, admin: secrets.admin, state, instances, kept, stop, scale, ...handles(kept, instances) };
}

/** What a test does to a shop that runs. */
function handles(
  kept: ReadonlyMap<string, Keeper>,
  instances: readonly Instance[],
): Pick<Shop, 'kill' | 'stopOne' | 'startOne' | 'untilReady'> {
  const keeperOf = (name: string): Keeper => {
    const keeper = kept.get(name);
    if (!keeper) throw new Error(`nothing in this shop is called "${name}"; there are ${[...kept.keys()].join(', ')}`);
    return keeper;
  };
  return {
    kill(name, signal = 'SIGKILL') {
      keeperOf(name).signal(signal);
    },
    stopOne: (name) => keeperOf(name).stop(),
    async startOne(name) {
      await keeperOf(name).start();
      const instance = instances.find((one) => one.name === name);
      if (instance) await instanceReady(instance, startupMs);
    },
    untilReady: (withinMs = startupMs) => allReady(instances, withinMs),
  };
}

async function createDatabases(adminUrl: string, secrets: Secrets): Promise<Record<DatabaseService, string>> {
  const urls: [DatabaseService, string][] = [];
  for (const name of databaseServices)
    urls.push([name, await createServiceDatabase(adminUrl, name, secrets.databasePasswords[name])]);
  return Object.fromEntries(urls) as Record<DatabaseService, string>;
}

/** The same databases, at the host and port of another address of their cluster. */
function seenAt(
  address: string,
  databases: Readonly<Record<DatabaseService, string>>,
): Record<DatabaseService, string> {
  const { host } = new URL(address);
  return Object.fromEntries(
    Object.entries(databases).map(([name, url]) => [name, Object.assign(new URL(url), { host }).href]),
  ) as Record<DatabaseService, string>;
}

async function provisionTopics(brokers: string): Promise<void> {
  const client = kafkaClient({ brokers: brokers.split(','), clientId: 'tradewind-platform' });
  try {
    await client.provision(Object.values(topics));
  } finally {
    await client.close();
  }
}

async function stopInOrder(
  kept: ReadonlyMap<string, Keeper>,
  instances: readonly Instance[],
  say: (line: string) => void,
): Promise<void> {
  // Who stops in order needs the others: nobody may be found paused.
  for (const keeper of kept.values()) if (keeper.pid !== undefined) keeper.signal('SIGCONT');
  const inner = instances.filter(({ service }) => service !== 'gateway').map(({ name }) => name);
  const brokers = [...kept.keys()].filter((name) => /^kafka(-\d)?$/.test(name));
  for (const names of [['gateway'], inner, ['provider'], brokers, ['postgres']]) {
    await whileSaying(
      `stopping ${names.join(', ')}`,
      () => Promise.all(names.map(async (name) => kept.get(name)?.stop())),
      say,
    );
  }
}

async function allReady(instances: readonly Instance[], withinMs: number, signal?: AbortSignal): Promise<void> {
  await Promise.all(instances.map((instance) => instanceReady(instance, withinMs, signal)));
}

function instanceNamed(instances: readonly Instance[], name: string): Instance {
  const instance = instances.find((one) => one.name === name);
  if (!instance) throw new Error(`there is no instance "${name}"`);
  return instance;
}

/** One line when it is done, and one every two seconds until then. */
async function inPhase<T>(
  what: string,
  work: () => Promise<T>,
  say: (line: string) => void,
  signal?: AbortSignal,
): Promise<T> {
  signal?.throwIfAborted();
  const since = Date.now();
  const result = await whileSaying(what, work, say);
  say(`${what}: ready after ${((Date.now() - since) / 1000).toFixed(1)} s`);
  signal?.throwIfAborted();
  return result;
}
