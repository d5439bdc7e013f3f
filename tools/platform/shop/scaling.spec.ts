import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { eventually } from '@tradewind/testing';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { Supervisor, type SupervisedProcess } from '../process/supervisor.js';
import { launch } from '../process/launch.js';
import { removeState } from '../process/temporary-folder.js';
import { configuredPorts } from './ports.js';
import { perDatabase, serviceNames } from '../../services.js';
import { Scaling } from './scaling.js';
import { openSecrets } from './secrets.js';
import type { Instance } from './shop.js';
import { createTemporaryStateFolder, type StateFolder } from './state-folder.js';

let state: StateFolder;
let instances: Instance[];
let scaling: Scaling;
let stopping: Supervisor;
const file = (name: string): string => join(state.path, name);
const noLog = (): void => undefined;

/** Ends after SIGTERM, but only when the file `may-end` exists. */
const delayedExit = (): string =>
  `trap 'while [ ! -e ${file('may-end')} ]; do sleep 0.02; done; exit 0' TERM; touch ${file('up')}; while :; do sleep 0.02; done`;

async function shell(name: string, script: string): Promise<SupervisedProcess> {
  const running = await launch({
    name,
    command: '/bin/sh',
    args: ['-c', script],
    logFile: state.logFile(name),
    pidFile: state.pidFile(name),
  });
  return {
    pid: running.pid,
    exited: running.exited,
    served: running.served,
    signal: running.signal,
    stop: () => running.stop(['SIGTERM', 60_000]),
  };
}

beforeEach(async () => {
  state = await createTemporaryStateFolder();
  const named = (name: string, service: Instance['service']): Instance => ({
    name,
    service,
    url: 'http://127.0.0.1:1',
    operationsUrl: 'http://127.0.0.1:1',
    logFile: state.logFile(name),
    supervisor: new Supervisor(name, () => shell(name, delayedExit()), noLog),
  });
  instances = [...serviceNames.map((service) => named(service, service)), named('order-2', 'order')];
  stopping = instances.at(-1)!.supervisor;
  await stopping.start();
  await eventually(() => existsSync(file('up')));
  const options = {
    ports: 'free',
    programs: { order: 'no-such-program.js' },
    restartPolicy: { initialDelayMs: 10, maxDelayMs: 40 },
  } as const;
  scaling = new Scaling({
    state,
    instances,
    processes: new Map(instances.map(({ name, supervisor }) => [name, supervisor])),
    options,
    closing: new AbortController().signal,
    ports: configuredPorts({}),
    addresses: {},
    startupMs: 60_000,
    settings: {
      kafkaBrokers: '',
      kafkaLogins: undefined,
      databases: perDatabase(() => ({ url: '', ownerUrl: '' })),
      gatewayUrl: '',
      providerUrl: '',
      secrets: openSecrets(state.secretsFile),
      providerLog: state.providerLog,
      instancesFile: state.instancesFile,
      auditFile: state.auditFile,
      mailFolder: state.mailFolder,
    },
  });
});
afterEach(async () => {
  writeFileSync(file('may-end'), '');
  await stopping.stop();
  removeState(state.path);
});

describe('a shop during a change of its scale', () => {
  const names = (): string[] =>
    (JSON.parse(readFileSync(state.shopFile, 'utf8')) as { instances: { name: string }[] }).instances.map(
      ({ name }) => name,
    );

  it('refuses another change until the first is complete', async () => {
    const first = scaling.change({ order: 1 }, noLog);
    await eventually(() => existsSync(state.shopFile));
    await expect(scaling.change({ order: 2 }, noLog)).rejects.toThrow(
      'another change of the scale is running; try again after it',
    );
    expect(stopping.pid).toBeDefined();
    writeFileSync(file('may-end'), '');
    await first;
    expect(stopping.pid).toBeUndefined();
    await scaling.change({ order: 1 }, noLog);
    expect(names()).toEqual([...serviceNames]);
  });

  it('accepts the next change after a failed one', async () => {
    await expect(scaling.change({ order: 3 }, noLog)).rejects.toThrow('order-3 ended 3 times instead of starting');
    writeFileSync(file('may-end'), '');
    await scaling.change({ order: 1 }, noLog);
    expect(names()).toEqual([...serviceNames]);
  });
});
