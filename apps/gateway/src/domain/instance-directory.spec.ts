import { describe, expect, it } from '@jest/globals';
import { InstanceDirectory, type Instance } from './instance-directory.js';

const anInstance = (instanceId: string, rest: Partial<Instance> = {}): Instance => ({
  instanceId,
  service: 'order',
  url: `http://127.0.0.1/${instanceId}`,
  ...rest,
});
const a = anInstance('a');
const b = anInstance('b');
const ids = (directory: InstanceDirectory): string[] => directory.of('order').map((instance) => instance.instanceId);

/** Both have a heartbeat at 0; then only `a`, every two seconds. */
const afterHeartbeatsOfAOnly = (milliseconds: number): InstanceDirectory => {
  const directory = new InstanceDirectory();
  directory.seen(a, 0);
  directory.seen(b, 0);
  for (let now = 2_000; now <= milliseconds; now += 2_000) directory.seen(a, now);
  return directory;
};

describe('an instance whose heartbeats stop while others arrive', () => {
  it('is kept for ten seconds', () => expect(ids(afterHeartbeatsOfAOnly(10_000))).toEqual(['a', 'b']));
  it('is removed after that', () => expect(ids(afterHeartbeatsOfAOnly(12_000))).toEqual(['a']));
  it('is added again with its next heartbeat', () => {
    const directory = afterHeartbeatsOfAOnly(12_000);
    directory.seen(b, 13_000);
    expect(ids(directory)).toEqual(['a', 'b']);
  });
});

describe('a topic without heartbeats for an hour', () => {
  it('removes no instance, nor does the first heartbeat afterwards', () => {
    const directory = afterHeartbeatsOfAOnly(2_000);
    directory.seen(a, 3_602_000);
    expect(ids(directory)).toEqual(['a', 'b']);
  });
  it('does not prevent that a silent instance is removed once the others send heartbeats again', () => {
    const directory = afterHeartbeatsOfAOnly(2_000);
    for (let now = 3_602_000; now < 3_612_000; now += 2_000) directory.seen(a, now);
    expect(ids(directory)).toEqual(['a']);
  });
});

describe('an instance with a tombstone', () => {
  it('is removed at once', () => {
    const directory = afterHeartbeatsOfAOnly(0);
    directory.gone('a');
    expect(ids(directory)).toEqual(['b']);
  });
});

describe('a process restarted on the same address', () => {
  const restarted = anInstance('a2', { url: a.url });
  it('replaces the old instance', () => {
    const directory = afterHeartbeatsOfAOnly(0);
    directory.seen(restarted, 1_000);
    expect(ids(directory)).toEqual(['b', 'a2']);
  });
});

describe('a directory restored from its file', () => {
  it('contains the instances without a heartbeat', () => {
    const directory = new InstanceDirectory();
    directory.restore([a, b]);
    expect(ids(directory)).toEqual(['a', 'b']);
  });
  it('removes the silent ones once heartbeats arrive', () => {
    const directory = new InstanceDirectory();
    directory.restore([a, b]);
    for (let now = 0; now <= 12_000; now += 2_000) directory.seen(a, now);
    expect(ids(directory)).toEqual(['a']);
  });
});

describe('a clock that is set back', () => {
  it('removes no instance', () => {
    const directory = afterHeartbeatsOfAOnly(0);
    directory.seen(a, -3_600_000);
    expect(ids(directory)).toEqual(['a', 'b']);
  });
});
