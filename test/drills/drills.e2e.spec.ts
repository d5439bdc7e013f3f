import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { Load } from '../faults/load/load.js';
import { AskedAgain } from './asked-again.js';
import { drills } from './drills.js';
import { Ground } from './ground.js';
import { playDrills } from './play-drills.js';

/*
 * A taste of the drills, on a real shop with real processes and a handful of orders; all of them, after days of trading:
 *   npm run drills
 */
const chosen = ['lost-order', 'kafka-wiped'];
const orders = 6;

describe('a shop that has lost something', () => {
  let ground: Ground;
  let asked: AskedAgain;
  const say = (line: string): void => void process.stderr.write(`${line}\n`);
  const trade = async (load: Load, wanted: number): Promise<void> => {
    load.start();
    const end = performance.now() + 60_000;
    while (load.counts.accepted < wanted && performance.now() < end)
      await new Promise((resolve) => setImmediate(resolve));
    await load.stop();
    await ground.rest();
  };
  beforeAll(async () => {
    ground = await Ground.open(say);
    const { gatewayUrl, admin } = ground.shop;
    const load = await Load.open({
      gatewayUrl,
      admin,
      historyFile: ground.historyFile,
      seed: 1,
      buyers: 3,
      articles: 10,
      say,
    });
    await trade(load, orders);
    await load.close();
    asked = await AskedAgain.begin(ground);
    await ground.rest();
  }, 300_000);
  afterAll(async () => {
    await asked?.close();
    await ground?.close();
  }, 60_000);

  it('has it back as it was, by the words that its logs tell the operator', async () => {
    const results = await playDrills(
      ground,
      drills.filter(({ name }) => chosen.includes(name)),
      asked,
    );
    expect(results.map(({ name, wrong }) => ({ name, wrong }))).toEqual(
      chosen.map((name) => ({ name, wrong: undefined })),
    );
  }, 900_000);
});
