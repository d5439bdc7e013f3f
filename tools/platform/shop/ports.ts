import { httpPortRule, isHttpPort } from '@tradewind/kernel';
import { freePorts, isFree } from '../process/ports.js';
import { settingOf } from '../../services.js';
import { defaultPorts, portNames, servesHttp, type PortName, type Ports } from './processes.js';

/** Ports that the shop needs are in use. The message names each with the setting that changes it. */
export class PortTaken extends Error {}

export function portSetting(name: PortName): string {
  return settingOf(name, 'PORT');
}

/** The default ports, or those of `ORDER_PORT` and the like. Throws an error that names the setting of a port that cannot work. */
export function configuredPorts(env: NodeJS.ProcessEnv): Ports {
  const ports = Object.fromEntries(portNames.map((name) => [name, portFrom(env, name)])) as Record<PortName, number>;
  for (const name of portNames) {
    const same = portNames.filter((other) => ports[other] === ports[name]);
    if (same.length > 1)
      throw new Error(`${same.map(portSetting).join(' and ')} are the same, ${ports[name]}; each needs another port`);
  }
  return ports;
}

export async function unusedPorts(): Promise<Ports> {
  const free = await freePorts(portNames.length);
  return Object.fromEntries(portNames.map((name, index) => [name, free[index]])) as Record<PortName, number>;
}

/** Throws PortTaken, with all of them, when needed ports are in use. */
export async function refuseTakenPorts(ports: Ports, needed: readonly PortName[]): Promise<void> {
  const checked = await Promise.all(needed.map(async (name) => ((await isFree(ports[name])) ? [] : [name])));
  const taken = checked.flat();
  if (taken.length === 0) return;
  throw new PortTaken(
    taken
      .map(
        (name) =>
          `port ${ports[name]} (${name}) is taken; set ${portSetting(name)} or stop the process that listens there`,
      )
      .join('\n'),
  );
}

function portFrom(env: NodeJS.ProcessEnv, name: PortName): number {
  const text = env[portSetting(name)];
  if (text === undefined || text === '') return defaultPorts[name];
  const port = /^\d{1,5}$/.test(text) ? Number(text) : Number.NaN;
  if (servesHttp(name)) {
    if (!isHttpPort(port)) throw new Error(`${portSetting(name)} is "${text}"; it must be ${httpPortRule}`);
  } else if (!(port >= 1 && port <= 65_535))
    throw new Error(`${portSetting(name)} is "${text}"; it must be a port from 1 to 65535`);
  return port;
}
