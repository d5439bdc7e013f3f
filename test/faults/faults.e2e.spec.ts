import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { eventually } from '@tradewind/testing';
import { databaseServices } from '../../tools/services.js';
import { byExtent } from '../extent.js';
import { FaultEnvironment } from './environment/environment.js';
import type { Fault } from './environment/fault.js';
import type { Extent } from './environment/scenario-context.js';
import { pointsOf } from './injection/crash-points.js';
import { runFault } from './run/run-fault.js';
import { detailsOf } from './run/table.js';
import { faults } from './scenarios/index.js';

/*
 * Some faults on a real shop; all of them: `npm run faults`. With the small extent, kills of services are left to trading.e2e.spec.ts, and
 * kills of PostgreSQL and dropped responses to network.e2e.spec.ts. Every crash point is passed; kills at them are in the long extent.
 */
const extent = byExtent<Extent>('short', 'usual');
const chosen = byExtent(['F09', 'F36'], ['F02', 'F03', 'F04', 'F06', 'F09', 'F14', 'F16', 'F36']);
const minutes = 60_000;

describe('a shop with injected faults', () => {
  let environment: FaultEnvironment;
  const log = (line: string): void => void process.stderr.write(`${line}\n`);
  beforeAll(async () => {
    environment = await FaultEnvironment.open({ layout: 'usual', seed: 1, log });
  }, 3 * minutes);
  afterAll(() => environment?.close(), minutes);

  it.each(
    faults
      .filter(({ id }) => chosen.includes(id))
      .map((fault): [string, string, Fault] => [fault.id, fault.title, fault]),
  )(
    '%s: loses, duplicates and blocks nothing with %s',
    async (_id, _title, fault) => {
      const result = await runFault(environment, fault, extent, log);
      for (const line of detailsOf(result)) log(line);
      expect({ ...result, violations: [...result.violations] }).toMatchObject({
        violations: [],
        lost: 0,
        doubled: 0,
        stuck: 0,
      });
      expect(result.orders).toBeGreaterThan(0);
    },
    byExtent(5, 30) * minutes,
  );

  it.each(databaseServices)(
    'passes every crash point of the service %s while it trades',
    async (service) => {
      environment.load.start();
      await eventually(() => {
        const passed = environment.injectorOf(service).passed();
        expect(pointsOf(service, 'trade', 'start').filter((point) => !passed.has(point))).toEqual([]);
        return true;
      }, 2 * minutes);
      await environment.load.stop();
    },
    3 * minutes,
  );
});
