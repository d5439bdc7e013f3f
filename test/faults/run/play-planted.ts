import { bugs } from '../plant/planted/bugs.js';
import { runPlanted, wasCaught } from '../plant/planted/run-planted.js';

/** A bug and its scenario, with the bug and without. */
export interface Proof {
  readonly bug: string;
  /** The checks that found it. */
  readonly foundBy: readonly string[];
  /** True where the right check found it, and where nothing is found without it. */
  readonly proven: boolean;
  readonly seconds: number;
}

/** Plants each bug whose name holds one of the words, or every one, and plays its scenario with it and without. */
export async function playPlanted(
  words: readonly string[],
  seed: number,
  say: (line: string) => void,
): Promise<Proof[]> {
  const proofs: Proof[] = [];
  for (const bug of bugs.filter(({ name }) => words.length === 0 || words.some((word) => name.includes(word)))) {
    say(`-- planted: ${bug.name} (${proofs.length} of ${bugs.length} played)`);
    const planted = await runPlanted(bug, { planted: true, seed, say });
    const clean = await runPlanted(bug, { planted: false, seed, say });
    const foundBy = [...new Set(planted.found.map(({ check }) => check))];
    const proven = wasCaught(bug, planted) && clean.found.length === 0;
    proofs.push({ bug: bug.name, foundBy, proven, seconds: planted.seconds + clean.seconds });
    say(
      `${proven ? 'ok ' : 'BAD'} ${bug.name}: ${foundBy.length > 0 ? `found by ${foundBy.join(', ')}` : 'it survives'}, wanted ${bug.foundBy}; without it ${clean.found.length === 0 ? 'nothing is found' : 'something is found all the same'}`,
    );
    for (const { check, what } of clean.found.slice(0, 8)) say(`      ${check} ${what}`);
  }
  return proofs;
}
