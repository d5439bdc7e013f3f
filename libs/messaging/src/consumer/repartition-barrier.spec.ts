import { afterEach, describe, expect, it } from '@jest/globals';
import { eventually } from '@tradewind/testing';
import { systemPorts } from '../adapters/system/system.js';
import type { IncomingRecord, KafkaClient, TopicPartition } from '../ports/index.js';
import { RepartitionBarrier } from './repartition-barrier.js';

const of = (partition: number, offset: bigint, previousEnds: string): IncomingRecord => ({
  topic: 'notes',
  partition,
  offset,
  key: 'k',
  value: null,
  headers: { ce_previousends: previousEnds },
});

describe('a consumer after a partition increase', () => {
  const stopping: AbortController[] = [];
  afterEach(() => stopping.splice(0).forEach((each) => each.abort()));

  /** Offsets that are committed, and the ends of the topic, by partition. */
  function aBarrier(committed: readonly bigint[], ends: readonly bigint[]) {
    const opened: TopicPartition[] = [];
    const stop = new AbortController();
    stopping.push(stop);
    const mutable = { committed: [...committed], looks: 0 };
    const kafka: Pick<KafkaClient, 'committedOffsets' | 'endOffsets'> = {
      committedOffsets: () => {
        mutable.looks++;
        return Promise.resolve(mutable.committed.map((offset, partition) => ({ topic: 'notes', partition, offset })));
      },
      endOffsets: () => Promise.resolve(ends.map((end, partition) => ({ topic: 'notes', partition, start: 0n, end }))),
    };
    const barrier = new RepartitionBarrier(kafka, systemPorts, {
      group: 'reader',
      log: () => undefined,
      signal: stop.signal,
      onOpen: (partitions) => opened.push(...partitions),
    });
    const looked = (times: number) => eventually(() => mutable.looks >= times);
    return { barrier, opened, mutable, looked };
  }

  it('waits until the other partitions are handled up to their previous ends', async () => {
    const { barrier, opened, mutable, looked } = aBarrier([5n, 6n], [20n, 20n]);
    expect(barrier.mustWait(of(0, 5n, '5,7'))).toBe(true);
    await looked(2);
    expect(opened).toEqual([]);
    mutable.committed[1] = 7n;
    await eventually(() => opened.length === 1);
    expect(barrier.mustWait(of(0, 5n, '5,7'))).toBe(false);
  });

  it('does not open a partition while another one still handles what lies before its own wait', async () => {
    const { barrier, opened, looked } = aBarrier([4n, 6n], [20n, 20n]);
    expect([barrier.mustWait(of(0, 5n, '5,7')), barrier.mustWait(of(1, 7n, '5,7'))]).toEqual([true, true]);
    await looked(2);
    expect(opened).toEqual([]);
  });

  it('does not wait for ends of its own partition that lie ahead: no relay writes them', () => {
    const { barrier } = aBarrier([2n, 3n], [20n, 20n]);
    expect(barrier.mustWait(of(0, 2n, '5,7'))).toBe(false);
  });

  it('waits for nothing that is published after it began to wait', async () => {
    const { barrier, opened, mutable, looked } = aBarrier([2n, 3n], [20n, 20n]);
    barrier.mustWait(of(0, 2n, '0,999999'));
    await looked(2);
    mutable.committed[1] = 20n;
    await eventually(() => opened.length === 1);
  });

  it('goes on where headers that no relay writes let partitions wait for each other', async () => {
    const { barrier, opened } = aBarrier([2n, 3n, 0n], [20n, 20n, 20n]);
    for (const record of [of(0, 2n, '2,7'), of(1, 3n, '5,3')]) expect(barrier.mustWait(record)).toBe(true);
    expect((await eventually(() => opened.length > 0 && opened)).length).toBe(1);
  });
});
