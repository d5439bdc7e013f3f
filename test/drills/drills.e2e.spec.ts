import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { eventually } from '@tradewind/testing';
import { databaseServices } from '../../tools/services.js';
import { byExtent } from '../extent.js';
import { Load } from '../faults/load/load.js';
import { drills } from './drills.js';
import { DrillEnvironment } from './environment.js';
import { RepeatedRequests } from './repeated-requests.js';
import { runDrills } from './run-drills.js';

/* Two drills on a real shop with a few orders; all drills, after days of trading: `npm run drills`. */
const chosen = byExtent(
  ['lost-order', 'kafka-wiped'],
  [...databaseServices.map((service) => `lost-${service}`), 'kafka-wiped'],
);
const orders = byExtent(6, 100);

describe('a shop that has lost a database or its Kafka', () => {
  let environment: DrillEnvironment;
  let requests: RepeatedRequests;
  const log = (line: string): void => void process.stderr.write(`${line}\n`);
  beforeAll(async () => {
    environment = await DrillEnvironment.open(log);
    const { gatewayUrl, admin } = environment.shop;
    const load = await Load.open({
      gatewayUrl,
      admin,
      historyFile: environment.historyFile,
      seed: 1,
      buyers: 3,
      articles: 10,
      log,
    });
    load.start();
    await eventually(() => load.counts.accepted >= orders, 300_000);
    await load.close();
    requests = await RepeatedRequests.send(environment);
    await environment.waitUntilIdle();
  }, 600_000);
  afterAll(async () => {
    await requests?.close();
    await environment?.close();
  }, 60_000);

  it(
    'is recovered with the commands that its logs name',
    async () => {
      const results = await runDrills(
        environment,
        drills.filter(({ name }) => chosen.includes(name)),
        requests,
      );
      expect(results.map(({ name, wrong }) => ({ name, wrong }))).toEqual(
        chosen.map((name) => ({ name, wrong: undefined })),
      );
    },
    byExtent(900_000, 3_600_000),
  );
});
