import { parseArgs } from 'node:util';
import { bugs } from './bugs.js';
import { runPlanted, wasCaught } from './run-planted.js';

/*
 * Plants each bug, or those whose names hold a word that was given, and plays its scenario with it and without:
 *   node dist/test/faults/plant/planted/main.js [--planted | --clean] [word ...]
 * Ends with 1 where a bug survives, or where something is found without it.
 */
const { values, positionals: words } = parseArgs({ options: { planted: { type: 'boolean' }, clean: { type: 'boolean' } }, allowPositionals: true });
const sides = [...(values.clean ? [] : [true]), ...(values.planted ? [] : [false])];
const say = (line: string): void => void process.stderr.write(`  ${line}\n`);

for (const bug of bugs.filter(({ name }) => words.length === 0 || words.some((word) => name.includes(word)))) {
  for (const planted of sides) {
    const verdict = await runPlanted(bug, { planted, say });
    const checks = [...new Set(verdict.found.map(({ check }) => check))].join(', ');
    const good = planted ? wasCaught(bug, verdict) : verdict.found.length === 0;
    if (!good) process.exitCode = 1;
    process.stdout.write(`${good ? 'ok ' : 'BAD'} ${bug.name}${planted ? '' : ', not planted'}: ${checks === '' ? 'nothing found' : `found by ${checks}`} (${verdict.seconds} s)\n`);
    for (const { check, what } of verdict.found.slice(0, 8)) process.stdout.write(`      ${check} ${what}\n`);
  }
}
