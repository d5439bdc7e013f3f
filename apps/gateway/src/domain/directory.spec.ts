import { describe, expect, it } from '@jest/globals';
import { Directory, type Instance } from './directory.js';

const anInstance = (instanceId: string, rest: Partial<Instance> = {}): Instance => ({
  instanceId,
  service: 'order',
  url: `http://127.0.0.1/${instanceId}`,
  ...rest,
});
const a = anInstance('a');
const b = anInstance('b');
const ids = (directory: Directory): string[] => directory.of('order').map((instance) => instance.instanceId);

/** Both have been seen at 0; then only `a` beats, every two seconds. */
const afterOnlyABeatFor = (milliseconds: number): Directory => {
  const directory = new Directory();
  directory.seen(a, 0);
  directory.seen(b, 0);
  for (let now = 2_000; now <= milliseconds; now += 2_000) directory.seen(a, now);
  return directory;
};

describe('an instance whose heartbeats stop while others go on', () => {
  it('is kept for ten seconds', () => expect(ids(afterOnlyABeatFor(10_000))).toEqual(['a', 'b']));
  it('is dropped after that', () => expect(ids(afterOnlyABeatFor(12_000))).toEqual(['a']));
  it('is back with its next heartbeat', () => {
    const directory = afterOnlyABeatFor(12_000);
    directory.seen(b, 13_000);
    expect(ids(directory)).toEqual(['a', 'b']);
  });
});

describe('a topic that falls silent for an hour', () => {
  it('drops nobody, and the first heartbeat after it drops nobody either', () => {
    const directory = afterOnlyABeatFor(2_000);
    directory.seen(a, 3_602_000);
    expect(ids(directory)).toEqual(['a', 'b']);
  });
  it('does not save an instance that stays away when the others are back', () => {
    const directory = afterOnlyABeatFor(2_000);
    for (let now = 3_602_000; now < 3_612_000; now += 2_000) directory.seen(a, now);
    expect(ids(directory)).toEqual(['a']);
  });
});

describe('an instance that says good-bye', () => {
  it('is gone at once', () => {
    const directory = afterOnlyABeatFor(0);
    directory.gone('a');
    expect(ids(directory)).toEqual(['b']);
  });
});

describe('a process started again on the same address', () => {
  const reborn = anInstance('a2', { url: a.url });
  it('replaces the old one', () => {
    const directory = afterOnlyABeatFor(0);
    directory.seen(reborn, 1_000);
    expect(ids(directory)).toEqual(['b', 'a2']);
  });
});

describe('a directory restored from its file', () => {
  it('knows the instances without a heartbeat', () => {
    const directory = new Directory();
    directory.restore([a, b]);
    expect(ids(directory)).toEqual(['a', 'b']);
  });
  it('drops those that are silent once heartbeats arrive', () => {
    const directory = new Directory();
    directory.restore([a, b]);
    for (let now = 0; now <= 12_000; now += 2_000) directory.seen(a, now);
    expect(ids(directory)).toEqual(['a']);
  });
});

describe('a clock that is set back', () => {
  it('drops nobody', () => {
    const directory = afterOnlyABeatFor(0);
    directory.seen(a, -3_600_000);
    expect(ids(directory)).toEqual(['a', 'b']);
  });
});
