import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { eventually } from '@tradewind/testing';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { Keeper, type Keepable } from '../process/keeper.js';
import { launch } from '../process/launch.js';
import { removeState } from '../process/temporary-folder.js';
import { fixedPorts } from './ports.js';
import { services } from './processes.js';
import { Scaling } from './scaling.js';
import { openSecrets } from './secrets.js';
import type { Instance } from './shop.js';
import { claimTemporary, type StateFolder } from './state-folder.js';

let state: StateFolder;
let instances: Instance[];
let scaling: Scaling;
let leaving: Keeper;
const file = (name: string): string => join(state.path, name);
const silent = (): void => undefined;

/** Goes when it is told to, but not before there is a file that lets it. */
const hesitating = (): string =>
  `trap 'while [ ! -e ${file('let-go')} ]; do sleep 0.02; done; exit 0' TERM; touch ${file('up')}; while :; do sleep 0.02; done`;

async function shell(name: string, script: string): Promise<Keepable> {
  const running = await launch({
    name,
    command: '/bin/sh',
    args: ['-c', script],
    log: state.log(name),
    pidFile: state.pidFile(name),
  });
  return {
    pid: running.pid,
    exited: running.exited,
    signal: running.signal,
    stop: () => running.stop(['SIGTERM', 60_000]),
  };
}

beforeEach(async () => {
  state = await claimTemporary();
  const named = (name: string, service: Instance['service']): Instance => ({
    name,
    service,
    url: 'http://127.0.0.1:1',
    log: state.log(name),
    keeper: new Keeper(name, () => shell(name, hesitating()), silent),
  });
  instances = [...services.map((service) => named(service, service)), named('order-2', 'order')];
  leaving = instances.at(-1)!.keeper;
  await leaving.start();
  await eventually(() => existsSync(file('up')));
  const options = {
    ports: 'free',
    programs: { order: 'no-such-program.js' },
    patience: { firstDelayMs: 10, longestDelayMs: 40, steadyAfterMs: 10_000 },
  } as const;
  scaling = new Scaling({
    state,
    instances,
    kept: new Map(instances.map(({ name, keeper }) => [name, keeper])),
    options,
    closing: new AbortController().signal,
    ports: fixedPorts({}),
    about: {},
    startupMs: 60_000,
    around: {
      kafkaBrokers: '',
      databases: { user: '', product: '', cart: '', order: '', payment: '' },
      gatewayUrl: '',
      providerUrl: '',
      secrets: openSecrets(state.secretsFile),
      providerLog: state.providerLog,
      instancesFile: state.instancesFile,
    },
  });
});
afterEach(async () => {
  writeFileSync(file('let-go'), '');
  await leaving.stop();
  removeState(state.path);
});

describe('a shop whose scale is being changed', () => {
  const names = (): string[] =>
    (JSON.parse(readFileSync(state.shopFile, 'utf8')) as { instances: { name: string }[] }).instances.map(
      ({ name }) => name,
    );

  it('refuses another change until that is done, and takes the next one', async () => {
    const first = scaling.change({ order: 1 }, silent);
    await eventually(() => existsSync(state.shopFile));
    await expect(scaling.change({ order: 2 }, silent)).rejects.toThrow(
      'another change of the scale is under way; try again when it is done',
    );
    expect(leaving.pid).toBeDefined();
    writeFileSync(file('let-go'), '');
    await first;
    expect(leaving.pid).toBeUndefined();
    await scaling.change({ order: 1 }, silent);
    expect(names()).toEqual([...services]);
  });

  it('takes the next one also where that has failed', async () => {
    await expect(scaling.change({ order: 3 }, silent)).rejects.toThrow('order-3 ended 3 times instead of starting');
    writeFileSync(file('let-go'), '');
    await scaling.change({ order: 1 }, silent);
    expect(names()).toEqual([...services]);
  });
});
