import { describe, expect, it, jest } from '@jest/globals';
import { CommandError } from '../platform/preflight/command-error.mjs';
import { concurrently, runSequence } from './run-checks.mjs';

const passes = () => ({ passed: 1, failed: 0 });
const fails = () => ({ passed: 0, failed: 1 });

describe('a sequence of checks', () => {
  it('continues after a failed check', async () =>
    expect(await runSequence([passes, fails, passes])).toEqual({ passed: 2, failed: 1 }));
  it('counts a check without counts as nothing', async () =>
    expect(await runSequence([() => undefined, passes])).toEqual({ passed: 1, failed: 0 }));
  it('ends with a CommandError, which counts as a failure', async () => {
    const write = jest.spyOn(process.stdout, 'write').mockReturnValue(true);
    const last = jest.fn(passes);
    const refuse = () => {
      throw new CommandError('Node is too old');
    };
    expect(await runSequence([passes, refuse, last])).toEqual({ passed: 1, failed: 1 });
    expect(last).not.toHaveBeenCalled();
    write.mockRestore();
  });
  it('rejects with any other error', async () =>
    expect(runSequence([() => Promise.reject(new TypeError('a bug'))])).rejects.toThrow('a bug'));
});

describe('concurrent sequences', () => {
  it('run at the same time, and their counts are added', async () => {
    const order = [];
    let release;
    const released = new Promise((resolve) => (release = resolve));
    const check = concurrently(
      [
        async () => {
          await released;
          order.push('first');
          return passes();
        },
      ],
      [
        () => {
          order.push('second');
          release();
          return fails();
        },
      ],
    );
    expect(await check()).toEqual({ passed: 1, failed: 1 });
    expect(order).toEqual(['second', 'first']);
  });
});
