import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { Command } from 'commander';
import type { SystemFlags } from './command.js';
import { servicesFromOptions } from './service-options.js';

const url = 'postgres://shipping:secret@localhost/shipping?sslmode=disable';

function flagsOf(...args: string[]): SystemFlags {
  const program = new Command('tradewind').exitOverride().configureOutput({ writeErr: () => undefined });
  for (const option of servicesFromOptions({}).options) program.addOption(option);
  return program.parse(args, { from: 'user' }).opts<SystemFlags>();
}

describe('services that are given by options', () => {
  it('are those of every --database, with all of their URL', () =>
    expect(
      servicesFromOptions({}).databases(flagsOf('--database', `shipping=${url}`, '--database', 'billing=postgres://b')),
    ).toEqual({ shipping: url, billing: 'postgres://b' }));
  it('are those of the environment where no option names one', () => {
    const system = servicesFromOptions({ TRADEWIND_DATABASES: `shipping=${url},billing=postgres://b` });
    expect([system.services(flagsOf()), system.databases(flagsOf())]).toEqual([
      ['shipping', 'billing'],
      { shipping: url, billing: 'postgres://b' },
    ]);
  });
  it.each(['shipping', '=postgres://b', 'shipping='])('are rejected without name and value: %s', (text) =>
    expect(() => flagsOf('--database', text)).toThrow('<service>=<value>'),
  );
  it('are missed with the way to give them', () =>
    expect(() => servicesFromOptions({}).databases(flagsOf())).toThrow('--database <service>=<url>'));
  it('need their program for an operation that runs in it', async () =>
    await expect(
      servicesFromOptions({}).runInService('shipping', 'replay', {}, flagsOf('--database', `shipping=${url}`)),
    ).rejects.toThrow('--program shipping=<file>'));
});

describe('the program of a service', () => {
  let folder: string;
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'tradewind-program-'));
  });
  afterAll(() => rmSync(folder, { recursive: true }));

  const run = (code: string): Promise<unknown> => {
    const file = join(folder, 'operate.cjs');
    writeFileSync(file, code);
    const flags = flagsOf('--database', `shipping=${url}`, '--program', `shipping=${file}`, '--brokers', 'b:1');
    return servicesFromOptions({}).runInService('shipping', 'replay', {}, flags);
  };

  it('prints the result', async () => expect(await run(`console.log('{"topics":[]}')`)).toEqual({ topics: [] }));
  it('fails with the way to print one where it prints nothing', async () =>
    await expect(run('exports.runOperation = () => undefined;')).rejects.toMatchObject({
      name: 'OperatorError',
      exitCode: 1,
      message: `the program ${join(folder, 'operate.cjs')} printed no result: does it call operate()?`,
    }));
  it('fails with what it printed where that is no result', async () =>
    await expect(run(`console.log('Hello')`)).rejects.toMatchObject({
      name: 'OperatorError',
      message: expect.stringContaining('than the result of operate(): Hello') as unknown,
    }));
});

describe('brokers', () => {
  it('come from the option before the environment', () => {
    const system = servicesFromOptions({ KAFKA_BROKERS: 'a:1' });
    expect([system.brokers(flagsOf()), system.brokers(flagsOf('--brokers', 'b:2'))]).toEqual(['a:1', 'b:2']);
  });
  it('are missed with the way to give them', () =>
    expect(() => servicesFromOptions({}).brokers(flagsOf())).toThrow('KAFKA_BROKERS'));
});
