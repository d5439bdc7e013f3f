import type { Bug } from './bug.js';

export const bugs: readonly Bug[] = [];

export function bugNamed(name: string): Bug {
  const bug = bugs.find((each) => each.name === name);
  if (!bug) throw new Error(`no bug is called "${name}"; there are ${bugs.map((each) => each.name).join(', ')}`);
  return bug;
}
