import { join } from 'node:path';
import { Keeper, type Keepable } from '../process/keeper.js';
import { launch } from '../process/launch.js';
import { root } from '../process/places.js';
import { freePorts } from '../process/ports.js';
import { environmentOf, providerEnvironment, withLittleMemory, type Surroundings } from './environment.js';
import { services, type Ports, type Scale, type Service } from './processes.js';
import type { Instance, ShopOptions } from './shop.js';
import type { StateFolder } from './state-folder.js';

export interface Plan {
  readonly name: string;
  readonly service: Service;
  readonly port: number;
}

type Keeping = Pick<ShopOptions, 'env' | 'programs' | 'patience' | 'say'>;
const silent = (): void => undefined;

/** The instances that a service has when they are so many: `order`, `order-2`, `order-3`. */
export const namesOf = (service: Service, count: number): string[] =>
  Array.from({ length: count }, (_, index) => (index === 0 ? service : `${service}-${index + 1}`));

/** The first instance of a service has the port that everybody knows, further ones have any; those that `running` names are not planned again. */
export async function planInstances(
  ports: Ports,
  scale: Scale,
  running: ReadonlySet<string> = new Set(),
): Promise<Plan[]> {
  const plans = services.flatMap((service) =>
    namesOf(service, scale[service] ?? 1)
      .filter((name) => !running.has(name))
      .map((name) => ({ service, name, first: name === service })),
  );
  const free = await freePorts(plans.filter(({ first }) => !first).length);
  return plans.map(({ name, service, first }) => ({
    name,
    service,
    port: first ? ports[service] : (free.pop() as number),
  }));
}

export function keepInstance(
  { name, service, port }: Plan,
  around: Surroundings,
  state: StateFolder,
  { env: extra, programs, patience, say = silent }: Keeping,
): Instance {
  const env = withLittleMemory({ ...inherited(), ...environmentOf(service, port, around), ...extra?.[service] });
  const keeper = new Keeper(
    name,
    () => node(name, programs?.[service] ?? `dist/apps/${service}/src/main.js`, env, state),
    say,
    patience,
  );
  return { name, service, url: `http://127.0.0.1:${port}`, log: state.log(name), keeper };
}

export function keepProvider(
  port: number,
  around: Surroundings,
  state: StateFolder,
  { env: extra, patience, say = silent }: Keeping,
): Keeper {
  const env = withLittleMemory({ ...inherited(), ...providerEnvironment(port, around), ...extra?.provider });
  return new Keeper('provider', () => node('provider', 'dist/tools/provider/main.js', env, state), say, patience);
}

/** The administrator's URL is nobody's but the supervisor's. */
function inherited(): NodeJS.ProcessEnv {
  const { DATABASE_URL: _administrator, ...rest } = process.env;
  return rest;
}

/** A service has fifteen seconds to finish what it has begun. */
async function node(name: string, file: string, env: NodeJS.ProcessEnv, state: StateFolder): Promise<Keepable> {
  const args = ['--enable-source-maps', join(root, file)];
  const running = await launch({
    name,
    command: process.execPath,
    args,
    env,
    cwd: root,
    log: state.log(name),
    pidFile: state.pidFile(name),
  });
  return {
    pid: running.pid,
    exited: running.exited,
    signal: running.signal,
    stop: () => running.stop(['SIGTERM', 15_000]),
  };
}
