import { readdirSync, readFileSync } from 'node:fs';

/** Linux counts a process's time in hundredths of a second, whatever the machine, and its memory in pages. */
const tick = 10_000;
const page = 4_096;

export interface Use {
  /** Microseconds on processors since the processes began, those of their ended children too. */
  readonly cpu: number;
  /** Bytes resident. PostgreSQL's processes each count what they share. */
  readonly memory: number;
}

/** What processes use, each with its children, by name. Needs Linux: throws elsewhere. */
export function useOf(processes: ReadonlyMap<string, number>): Map<string, Use> {
  const all = new Map(
    readdirSync('/proc')
      .filter((name) => /^\d+$/.test(name))
      .flatMap((name) => statOf(Number(name))),
  );
  const familyOf = (pid: number): number[] => [
    pid,
    ...[...all].filter(([, { parent }]) => parent === pid).flatMap(([child]) => familyOf(child)),
  ];
  return new Map(
    [...processes].map(([name, pid]) => {
      const family = familyOf(pid).flatMap((member) => all.get(member) ?? []);
      return [
        name,
        {
          cpu: family.reduce((sum, { cpu }) => sum + cpu, 0),
          memory: family.reduce((sum, { memory }) => sum + memory, 0),
        },
      ];
    }),
  );
}

/** What was used between two looks, in microseconds, by name. */
export const spentBetween = (before: ReadonlyMap<string, Use>, after: ReadonlyMap<string, Use>): Map<string, number> =>
  new Map([...after].map(([name, { cpu }]) => [name, cpu - (before.get(name)?.cpu ?? 0)]));

/** One that has ended meanwhile is none. The command stands in brackets and may hold anything. */
function statOf(pid: number): [number, Use & { readonly parent: number }][] {
  let text: string;
  try {
    text = readFileSync(`/proc/${pid}/stat`, 'utf8');
  } catch {
    return [];
  }
  const fields = text
    .slice(text.lastIndexOf(')') + 2)
    .split(' ')
    .map(Number);
  const [parent, user, system, childrenUser, childrenSystem, resident] = [1, 11, 12, 13, 14, 21].map(
    (index) => fields[index]!,
  ) as [number, number, number, number, number, number];
  return [[pid, { parent, cpu: (user + system + childrenUser + childrenSystem) * tick, memory: resident * page }]];
}
