import { describe, expect, it } from '@jest/globals';
import { readCommandLine } from './command-line.js';

describe('the command line of a simulation', () => {
  it('asks for a thousand seeds on every core when nothing else is said', () =>
    expect(readCommandLine([], 2)).toEqual({ what: 'many', from: 1, seeds: 1_000, workers: 2 }));
  it('asks for one seed again', () =>
    expect(readCommandLine(['--seed', '7', '--trace'], 2)).toEqual({ what: 'one', seed: 7, trace: true }));
  it('plants bugs', () => expect(readCommandLine(['--planted'], 2)).toEqual({ what: 'planted', seeds: 400 }));
  it.each([[['--seeds', 'many']], [['--seeds', '1.5']], [['--seed', '-1']], [['--sneeze']], [['--seed', '']]])(
    'refuses %j',
    (words) => expect(() => readCommandLine(words, 2)).toThrow(),
  );
});
