import { topics } from '@tradewind/contracts';
import { kafkaClient } from '@tradewind/messaging';
import { applyPermissions } from '@tradewind/messaging/internals';
import { kafkaSecurityAs } from '../../kafka-users.js';
import { openKafkaAccess } from './kafka-access.js';
import { shopPermissions } from './permissions.js';
import { createServiceDatabase, type ServiceDatabase } from '../postgres/service-database.js';
import type { Supervisor } from '../process/supervisor.js';
import { removeState } from '../process/temporary-folder.js';
import { startInfrastructure } from './infrastructure.js';
import { environmentOf, type ServiceDatabases, type ServiceSettings } from './environment.js';
import { ensureFirstAdmin } from './first-admin.js';
import { startReaper } from './start-reaper.js';
import { bundleServices } from './bundle-services.js';
import { superviseConsole, superviseInstance, superviseProvider, planInstances } from './instances.js';
import { unusedPorts, configuredPorts, refuseTakenPorts } from './ports.js';
import { databaseServices, perDatabase, serviceNames, type DatabaseService } from '../../services.js';
import { withProgress } from './progress.js';
import { untilInstanceReady } from './readiness.js';
import { serveScale } from './scale-socket.js';
import { Scaling } from './scaling.js';
import { openSecrets, type Secrets } from './secrets.js';
import type { Instance, Shop, ShopOptions } from './shop.js';
import { claimStateFolder, createTemporaryStateFolder, releaseStateFolder, type StateFolder } from './state-folder.js';

const startupMs = 90_000;

/** A starting shop: `processes` and `instances` hold what runs already, so that it can be stopped at any moment. */
interface StartingShop {
  readonly state: StateFolder;
  readonly processes: Map<string, Supervisor>;
  readonly instances: Instance[];
  readonly options: ShopOptions;
  /** Aborted when the shop is to stop. */
  readonly closing: AbortSignal;
  readonly stop: () => Promise<void>;
}

/** Starts a whole shop, from PostgreSQL to the gateway, and resolves when it is ready. Several can run at the same time, each with its own folder and ports. */
export async function startShop(options: ShopOptions): Promise<Shop> {
  // Whatever this process and those that it starts write is for this account only: logs, data, secrets.
  process.umask(0o077);
  const state = options.stateDir ? await claimStateFolder(options.stateDir) : await createTemporaryStateFolder();
  const reaper = options.stateDir ? undefined : startReaper(state.path);
  const processes = new Map<string, Supervisor>();
  const instances: Instance[] = [];
  const closing = new AbortController();
  const stopNow = async (): Promise<void> => {
    closing.abort(new Error('the shop is being stopped'));
    await stopInOrder(processes, instances, options.log ?? (() => undefined));
    releaseStateFolder(state.path);
    if (!options.stateDir) removeState(state.path);
    reaper?.release();
  };
  let stopped: Promise<void> | undefined;
  const stop = (): Promise<void> => (stopped ??= stopNow());
  try {
    return await startAll({ state, processes, instances, options, closing: closing.signal, stop });
  } catch (error) {
    await stop();
    throw error;
  }
}

async function startAll({ state, processes, instances, options, closing, stop }: StartingShop): Promise<Shop> {
  const log = options.log ?? (() => undefined);
  const phase = <T>(name: string, task: () => Promise<T>): Promise<T> => runPhase(name, task, log, options.signal);
  const secrets = openSecrets(state.secretsFile);
  const access = options.secure ? openKafkaAccess(state, secrets, options) : undefined;
  const kafkaLogins = access && state.kafkaLogins;
  const ports = options.ports === 'free' ? await unusedPorts() : configuredPorts(process.env);
  await refuseTakenPorts(ports, [
    ...serviceNames,
    'provider',
    ...(options.console ? (['console'] as const) : []),
    ...(options.databaseUrl ? [] : (['postgres'] as const)),
    ...(options.kafkaBrokers ? [] : (['kafka', 'kafka-controller'] as const)),
  ]);

  const bundles = options.bundled ? bundleServices(state.bundles) : Promise.resolve();
  bundles.catch(() => undefined); // reported below
  const [postgres, kafka] = await phase('PostgreSQL and Kafka', () =>
    startInfrastructure({ state, ports, password: secrets.postgresPassword, access, processes, options, log }),
  );
  const databases = await phase('databases and roles', () => createDatabases(postgres.direct, secrets));
  await phase('topics', () => provisionTopics(kafka.direct, kafkaLogins));

  const gatewayUrl = `http://127.0.0.1:${ports.gateway}`;
  const providerUrl = `http://127.0.0.1:${ports.provider}`;
  const settings: ServiceSettings = {
    kafkaBrokers: kafka.forServices,
    kafkaLogins,
    databases: withHostOf(postgres.forServices, databases),
    gatewayUrl,
    providerUrl,
    secrets,
    providerLog: state.providerLog,
    instancesFile: state.instancesFile,
    mailFolder: state.mailFolder,
    auditFile: state.auditFile,
  };
  await phase('services', async () => {
    await bundles;
    const provider = superviseProvider(ports.provider, settings, state, options);
    processes.set('provider', provider);
    for (const plan of await planInstances(ports, options.scale ?? {})) {
      const instance = superviseInstance(plan, settings, state, options);
      instances.push(instance);
      processes.set(instance.name, instance.supervisor);
    }
    await Promise.all(
      [provider, ...instances.map(({ supervisor }) => supervisor)].map((supervisor) => supervisor.start()),
    );
    await allReady(instances, startupMs, options.signal);
  });
  if (options.console) {
    const supervisor = superviseConsole(ports.console, settings, state, options);
    processes.set('console', supervisor);
    await phase('console', () => supervisor.start());
  }
  const user = instanceNamed(instances, 'user');
  const userEnvironment = { ...environmentOf('user', 0, settings), ...options.env?.user };
  await phase('the first admin', () => ensureFirstAdmin(user.url, userEnvironment, secrets.admin));
  const gateway = instanceNamed(instances, 'gateway');
  await phase('the route through the gateway', () =>
    untilInstanceReady(gateway, 30_000, options.signal, '/products?limit=1'),
  );

  const addresses = {
    gatewayUrl,
    providerUrl,
    consoleUrl: options.console ? `http://127.0.0.1:${ports.console}` : undefined,
    kafkaBrokers: kafka.direct,
    kafkaLogins,
    adminUrl: postgres.direct,
    databases: perDatabase((name) => databases[name].url),
    ownedDatabases: perDatabase((name) => databases[name].ownerUrl),
  };
  const scaling = new Scaling({
    state,
    processes,
    instances,
    options,
    closing,
    ports,
    settings,
    addresses: {
      ...addresses,
      providerLog: state.providerLog,
      mailFolder: state.mailFolder,
      ...(options.bundled ? { bundles: state.bundles } : {}),
    },
    startupMs,
  });
  scaling.writeShopFile();
  const scale: Shop['scale'] = (target, progress = log) => scaling.change(target, progress);
  await serveScale(
    state.scaleSocket,
    (target, progress) => scale(target, (line) => [log, progress].forEach((each) => each(line))),
    closing,
    log,
  );
  return {
    ...addresses,
    admin: secrets.admin,
    state,
    instances,
    processes,
    stop,
    scale,
    ...processControls(processes, instances),
  };
}

/** For tests: controls single processes of a running shop. */
function processControls(
  processes: ReadonlyMap<string, Supervisor>,
  instances: readonly Instance[],
): Pick<Shop, 'kill' | 'stopProcess' | 'startProcess' | 'untilReady'> {
  const supervisorOf = (name: string): Supervisor => {
    const supervisor = processes.get(name);
    if (!supervisor)
      throw new Error(`this shop has no process "${name}"; there are ${[...processes.keys()].join(', ')}`);
    return supervisor;
  };
  return {
    kill(name, signal = 'SIGKILL') {
      supervisorOf(name).signal(signal);
    },
    stopProcess: (name) => supervisorOf(name).stop(),
    async startProcess(name) {
      await supervisorOf(name).start();
      const instance = instances.find((one) => one.name === name);
      if (instance) await untilInstanceReady(instance, startupMs);
    },
    untilReady: (timeoutMs = startupMs) => allReady(instances, timeoutMs),
  };
}

async function createDatabases(adminUrl: string, secrets: Secrets): Promise<ServiceDatabases> {
  const databases: [DatabaseService, ServiceDatabase][] = [];
  for (const name of databaseServices)
    databases.push([name, await createServiceDatabase(adminUrl, name, secrets.databasePasswords[name])]);
  return Object.fromEntries(databases) as ServiceDatabases;
}

/** The same databases, with the host and port of another URL. */
function withHostOf(address: string, databases: ServiceDatabases): ServiceDatabases {
  const { host } = new URL(address);
  const moved = (url: string): string => Object.assign(new URL(url), { host }).href;
  return perDatabase((name) => ({ url: moved(databases[name].url), ownerUrl: moved(databases[name].ownerUrl) }));
}

/** Creates the topics, and at a Kafka with logins the permissions of every user. */
async function provisionTopics(brokers: string, logins: string | undefined): Promise<void> {
  const settings = {
    brokers: brokers.split(','),
    clientId: 'tradewind-platform',
    ...kafkaSecurityAs('platform', logins),
  };
  const client = kafkaClient(settings);
  try {
    if (logins !== undefined) await applyPermissions(settings, shopPermissions(), { onlyThese: true });
    await client.provision(Object.values(topics));
  } finally {
    await client.close();
  }
}

async function stopInOrder(
  processes: ReadonlyMap<string, Supervisor>,
  instances: readonly Instance[],
  log: (line: string) => void,
): Promise<void> {
  // Resume paused processes first: an orderly stop needs all of them.
  for (const supervisor of processes.values()) if (supervisor.pid !== undefined) supervisor.signal('SIGCONT');
  const inner = instances.filter(({ service }) => service !== 'gateway').map(({ name }) => name);
  const brokers = [...processes.keys()].filter((name) => /^kafka(-\d)?$/.test(name));
  for (const names of [['gateway', 'console'], inner, ['provider'], brokers, ['postgres']]) {
    await withProgress(
      `stopping ${names.join(', ')}`,
      () => Promise.all(names.map(async (name) => processes.get(name)?.stop())),
      log,
    );
  }
}

async function allReady(instances: readonly Instance[], timeoutMs: number, signal?: AbortSignal): Promise<void> {
  await Promise.all(instances.map((instance) => untilInstanceReady(instance, timeoutMs, signal)));
}

function instanceNamed(instances: readonly Instance[], name: string): Instance {
  const instance = instances.find((one) => one.name === name);
  if (!instance) throw new Error(`there is no instance "${name}"`);
  return instance;
}

/** Logs a line every two seconds, and one at the end. */
async function runPhase<T>(
  name: string,
  task: () => Promise<T>,
  log: (line: string) => void,
  signal?: AbortSignal,
): Promise<T> {
  signal?.throwIfAborted();
  const since = Date.now();
  const result = await withProgress(name, task, log);
  log(`${name}: ready after ${((Date.now() - since) / 1000).toFixed(1)} s`);
  signal?.throwIfAborted();
  return result;
}
