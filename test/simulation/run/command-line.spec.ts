import { describe, expect, it } from '@jest/globals';
import { readCommandLine } from './command-line.js';

describe('the command line of the simulation', () => {
  it('runs a thousand seeds on every core by default', () =>
    expect(readCommandLine([], 2)).toEqual({ mode: 'many', from: 1, seeds: 1_000, workers: 2 }));
  it('runs one seed', () =>
    expect(readCommandLine(['--seed', '7', '--trace'], 2)).toEqual({ mode: 'one', seed: 7, trace: true }));
  it('runs the planted bugs', () => expect(readCommandLine(['--planted'], 2)).toEqual({ mode: 'planted', seeds: 400 }));
  it('shows the usage', () => expect(readCommandLine(['--help'], 2)).toEqual({ mode: 'help' }));
  it.each([[['--seeds', 'many']], [['--seeds', '1.5']], [['--seed', '-1']], [['--unknown']], [['--seed', '']]])(
    'rejects %j',
    (args) => expect(() => readCommandLine(args, 2)).toThrow(),
  );
});
