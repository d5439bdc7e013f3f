import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { eventually } from '@tradewind/testing';
import { giveUpGrowth, GrowthRefused, type KafkaClient } from '../index.js';
import { Choir } from './choir.fixture.spec.js';

const voices = Array.from({ length: 60 }, (_, index) => `voice ${index}`);

/** Sings in a few voices at a time until it is told to stop. */
function singing(choir: Choir): () => Promise<void> {
  let over = false;
  const song = (async () => {
    for (let at = 0; !over; at += 7)
      await choir.sing(...Array.from({ length: 10 }, (_, index) => voices[(at + index) % voices.length]!));
  })();
  return () => {
    over = true;
    return song;
  };
}

const died = new Error('the command has died');
/** A broker client over which the command dies when it is to make the partitions, before or after they are made. */
const dying = (kafka: KafkaClient, when: 'before' | 'after'): KafkaClient =>
  new Proxy(kafka, {
    get: (target, name) => {
      if (name !== 'grow') {
        const found = target[name as keyof KafkaClient] as unknown;
        return typeof found === 'function' ? (found.bind(target) as unknown) : found;
      }
      return async (topic: string, partitions: number) => {
        if (when === 'after') await target.grow(topic, partitions);
        throw died;
      };
    },
  });

describe('a topic that is grown', () => {
  let choir: Choir;
  beforeEach(async () => {
    choir = await new Choir().open();
  });
  afterEach(async () => {
    await choir.close();
  }, 60_000);

  const partitionsUsed = async (): Promise<number> =>
    new Set((await choir.records()).map(({ partition }) => partition)).size;

  it('while many keys are said and heard by two instances keeps each of them in its order, loses none and doubles none', async () => {
    choir.start();
    choir.start();
    const stop = singing(choir);
    await eventually(async () => (await choir.records()).length > 500, 60_000);
    const before = [...choir.sung.values()].reduce((sum, count) => sum + count, 0);
    expect(await choir.grow(8)).toMatchObject({ inForce: 8, growingTo: null, onBrokers: 8 });
    await eventually(() => [...choir.sung.values()].reduce((sum, count) => sum + count, 0) > before + 1_000, 60_000);
    await stop();
    expect(await choir.heardOut()).toEqual(choir.wholeSong);
    expect(await partitionsUsed()).toBe(8);
    expect(choir.fatal).toEqual([]);
  }, 180_000);

  it('twice keeps the order for a group that was away meanwhile, for one that never read before, and for whoever reads it anew', async () => {
    choir.start({ hears: [] });
    for (const partitions of [5, 8, undefined]) {
      for (let round = 0; round < 30; round++) await choir.sing(...voices);
      if (partitions !== undefined) await choir.grow(partitions);
    }
    await eventually(async () => (await choir.records()).length === 90 * voices.length, 60_000);
    const leave = choir.start({ sings: false, hears: ['main'] });
    choir.start({ sings: false, hears: ['main', 'late'] });
    choir.start({ sings: false, hears: ['main', 'late'] });
    expect(await choir.heardOut('late')).toEqual(choir.wholeSong);
    expect(await choir.heardOut('main')).toEqual(choir.wholeSong);
    await leave();
    const last = new Map<string, number>();
    for (const { key, headers } of await choir.records()) {
      expect(Number(headers['ce_sequence'])).toBe((last.get(key!) ?? 0) + 1);
      last.set(key!, Number(headers['ce_sequence']));
    }
    expect(await partitionsUsed()).toBe(8);
  }, 180_000);

  it('goes on as it is where the command died before the partitions were made, and is grown when it is run again', async () => {
    choir.start();
    const stop = singing(choir);
    await expect(choir.grow(8, dying(choir.kafka, 'before'))).rejects.toBe(died);
    expect(await choir.grow(8)).toMatchObject({ inForce: 8 });
    await stop();
    expect(await choir.heardOut()).toEqual(choir.wholeSong);
  }, 120_000);

  it('is grown by the relay where the command died after the partitions were made', async () => {
    choir.start();
    const stop = singing(choir);
    await expect(choir.grow(8, dying(choir.kafka, 'after'))).rejects.toBe(died);
    await eventually(async () => (await partitionsUsed()) === 8, 60_000);
    await stop();
    expect(await choir.grow(8)).toMatchObject({ inForce: 8, growingTo: null });
    expect(await choir.heardOut()).toEqual(choir.wholeSong);
  }, 120_000);

  it('is given up where the partitions were not made yet, and only there', async () => {
    const giveUp = () => giveUpGrowth(choir.context(), { topic: choir.song.name, reason: 'a mistake' });
    await expect(giveUp()).rejects.toThrow('is not being grown');
    await expect(choir.grow(8, dying(choir.kafka, 'before'))).rejects.toBe(died);
    await expect(choir.grow(5)).rejects.toThrow('is being grown from 3 to 8');
    expect(await giveUp()).toMatchObject({ inForce: 3, growingTo: null, onBrokers: 3 });
    await expect(choir.grow(5, dying(choir.kafka, 'after'))).rejects.toBe(died);
    await expect(giveUp()).rejects.toThrow(
      new GrowthRefused(
        `the 5 partitions of ${choir.song.name} are there, and Kafka can take none away: grow it to 5 once more, which finishes it`,
      ),
    );
    const actions = await choir.dataSource.query<{ action: string; reason: string }[]>(
      'select action, reason from msg_operator_actions order by id',
    );
    expect(actions).toEqual(
      [
        ['grow topic', 'more voices'],
        ['give up growth', 'a mistake'],
        ['grow topic', 'more voices'],
      ].map(([action, reason]) => ({ action, reason })),
    );
  }, 60_000);

  it('by hand stops the start of the service that writes it, which goes on once it is grown in order', async () => {
    await choir.kafka.grow(choir.song.name, 4);
    const stop = choir.start();
    const refused = await eventually(() => choir.fatal[0]);
    expect(refused.message).toContain(
      `the topic ${choir.song.name} has 4 partitions, 3 are declared, and nobody has grown it`,
    );
    await stop();
    choir.fatal.splice(0);
    const growing = choir.grow(4);
    await eventually(
      async () =>
        (
          await choir.dataSource.query<unknown[]>('select from msg_topics where topic = $1 and growing_to = 4', [
            choir.song.name,
          ])
        ).length === 1,
    ); // whose relay looked sooner would end as well
    choir.start({ hears: [] });
    expect(await growing).toMatchObject({ inForce: 4, onBrokers: 4 });
    choir.start();
    await choir.sing(...voices);
    expect(await choir.heardOut()).toEqual(choir.wholeSong);
    expect(choir.fatal).toEqual([]);
  }, 120_000);

  it('is never made smaller', async () => {
    await expect(choir.grow(2)).rejects.toThrow('has 3 partitions, and none can be taken from it');
    expect(await choir.grow(3)).toMatchObject({ inForce: 3, onBrokers: 3 });
  });
});
