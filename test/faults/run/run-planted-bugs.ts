import { bugs } from '../planted-bugs/bugs.js';
import { runBug, wasCaught } from '../planted-bugs/run-bug.js';

/** Result of a scenario with its bug and without. */
export interface Proof {
  readonly bug: string;
  /** The checks that found the bug. */
  readonly foundBy: readonly string[];
  /** True when the expected check found the bug, and no check found anything without it. */
  readonly proven: boolean;
  readonly seconds: number;
}

/** Runs the scenario of every bug, or of those whose name contains one of the parts, with the bug and without. */
export async function runPlantedBugs(
  parts: readonly string[],
  seed: number,
  log: (line: string) => void,
): Promise<Proof[]> {
  const proofs: Proof[] = [];
  for (const bug of bugs.filter(({ name }) => parts.length === 0 || parts.some((part) => name.includes(part)))) {
    log(`-- planted: ${bug.name} (${proofs.length} of ${bugs.length} done)`);
    const planted = await runBug(bug, { planted: true, seed, log });
    const clean = await runBug(bug, { planted: false, seed, log });
    const foundBy = [...new Set(planted.found.map(({ check }) => check))];
    const proven = wasCaught(bug, planted) && clean.found.length === 0;
    proofs.push({ bug: bug.name, foundBy, proven, seconds: planted.seconds + clean.seconds });
    log(
      `${proven ? 'ok ' : 'BAD'} ${bug.name}: ${foundBy.length > 0 ? `found by ${foundBy.join(', ')}` : 'not found'}, expected ${bug.foundBy}; without it ${clean.found.length === 0 ? 'nothing' : 'something'} is found`,
    );
    for (const { check, what } of clean.found.slice(0, 8)) log(`      ${check} ${what}`);
  }
  return proofs;
}
