import { join } from 'node:path';
import { Supervisor, type SupervisedProcess } from '../process/supervisor.js';
import { launch } from '../process/launch.js';
import { root } from '../process/paths.js';
import { freePorts } from '../process/ports.js';
import { bundleOf } from './bundle-services.js';
import {
  consoleEnvironment,
  environmentOf,
  providerEnvironment,
  withMemoryLimits,
  type ServiceSettings,
} from './environment.js';
import { serviceNames, type ServiceName } from '../../services.js';
import type { Ports, Scale } from './processes.js';
import type { Instance, ShopOptions } from './shop.js';
import type { StateFolder } from './state-folder.js';

export interface InstancePlan {
  readonly name: string;
  readonly service: ServiceName;
  readonly port: number;
  /** Of metrics and health. */
  readonly operationsPort: number;
}

type SupervisionOptions = Pick<ShopOptions, 'env' | 'bundled' | 'programs' | 'restartPolicy' | 'log'>;
const noLog = (): void => undefined;

/** The names of a service's instances: `order`, `order-2`, `order-3`. */
export const instanceNames = (service: ServiceName, count: number): string[] =>
  Array.from({ length: count }, (_, index) => (index === 0 ? service : `${service}-${index + 1}`));

/** Plans the instances that are not running yet. The first instance of a service has its configured port, the others free ports. */
export async function planInstances(
  ports: Ports,
  scale: Scale,
  running: ReadonlySet<string> = new Set(),
): Promise<InstancePlan[]> {
  const plans = serviceNames.flatMap((service) =>
    instanceNames(service, scale[service] ?? 1)
      .filter((name) => !running.has(name))
      .map((name) => ({ service, name, first: name === service })),
  );
  const free = await freePorts(plans.length + plans.filter(({ first }) => !first).length);
  return plans.map(({ name, service, first }) => ({
    name,
    service,
    port: first ? ports[service] : (free.pop() as number),
    operationsPort: free.pop() as number,
  }));
}

export function superviseInstance(
  { name, service, port, operationsPort }: InstancePlan,
  settings: ServiceSettings,
  state: StateFolder,
  { env: extra, bundled, programs, restartPolicy, log = noLog }: SupervisionOptions,
): Instance {
  const env = withMemoryLimits({
    ...inheritedEnvironment(),
    ...environmentOf(service, port, settings),
    OPERATIONS_PORT: String(operationsPort),
    ...extra?.[service],
  });
  const compiled = programs?.[service] ?? `dist/apps/${service}/src/main.js`;
  const program = bundled && !programs?.[service] ? bundleOf(state.bundles, service) : join(root, compiled);
  const supervisor = new Supervisor(name, () => launchNode(name, program, env, state), log, restartPolicy);
  return {
    name,
    service,
    url: `http://127.0.0.1:${port}`,
    operationsUrl: `http://127.0.0.1:${operationsPort}`,
    logFile: state.logFile(name),
    supervisor,
  };
}

export function superviseProvider(
  port: number,
  settings: ServiceSettings,
  state: StateFolder,
  { env: extra, restartPolicy, log = noLog }: SupervisionOptions,
): Supervisor {
  const env = withMemoryLimits({
    ...inheritedEnvironment(),
    ...providerEnvironment(port, settings),
    ...extra?.provider,
  });
  return new Supervisor(
    'provider',
    () => launchNode('provider', join(root, 'dist/tools/provider/main.js'), env, state),
    log,
    restartPolicy,
  );
}

export function superviseConsole(
  port: number,
  settings: ServiceSettings,
  state: StateFolder,
  { bundled, env: extra, restartPolicy, log = noLog }: SupervisionOptions,
): Supervisor {
  const env = withMemoryLimits({
    ...inheritedEnvironment(),
    ...consoleEnvironment(port, settings),
    ...extra?.console,
  });
  const program = bundled ? bundleOf(state.bundles, 'console') : join(root, 'dist/apps/console/src/main.js');
  return new Supervisor('console', () => launchNode('console', program, env, state), log, restartPolicy);
}

/** Without the administrator's URL, which only the supervisor may have. */
function inheritedEnvironment(): NodeJS.ProcessEnv {
  const { DATABASE_URL: _administrator, ...rest } = process.env;
  return rest;
}

/** A service has 15 s for its shutdown. */
async function launchNode(
  name: string,
  file: string,
  env: NodeJS.ProcessEnv,
  state: StateFolder,
): Promise<SupervisedProcess> {
  const args = ['--enable-source-maps', file];
  const running = await launch({
    name,
    command: process.execPath,
    args,
    env,
    cwd: root,
    logFile: state.logFile(name),
    pidFile: state.pidFile(name),
    reportsServing: true,
  });
  return {
    pid: running.pid,
    exited: running.exited,
    served: running.served,
    signal: running.signal,
    stop: () => running.stop(['SIGTERM', 15_000]),
  };
}
