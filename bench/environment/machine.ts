import { readdirSync, readFileSync } from 'node:fs';
import { cpus, loadavg, totalmem } from 'node:os';

/** Linux counts the time of a process in hundredths of a second on every machine, and its memory in pages. */
const tickMicroseconds = 10_000;
const pageBytes = 4_096;

export const processorCount = cpus().length;

export const machine = (): string =>
  `${processorCount} × ${cpus()[0]?.model.trim() ?? 'unknown'}, ${Math.round(totalmem() / 2 ** 30)} GiB`;

/** Load average of the last minute. */
export const load = (): number => loadavg()[0]!;

const sum = (values: readonly number[]): number => values.reduce((total, value) => total + value, 0);

/** What happened while so many things were done. */
export interface Measured {
  /** Things a second. */
  readonly perSecond: number;
  /** CPU microseconds a thing: by process, and of this process. */
  readonly cpu: Readonly<Record<string, number>>;
  readonly ownCpu: number;
  /** How busy all processors were, from 0 to 1. */
  readonly busy: number;
  readonly machineLoad: number;
}

/** CPU microseconds a thing, of all processes together. */
export const cpuOf = ({ cpu }: Measured): number => sum(Object.values(cpu));

/** Starts to measure processes. The returned function ends it; its result needs the number of things, which may be known later. */
export function measure(processes: ReadonlyMap<string, number>): () => (things: number) => Measured {
  const [cpuSince, busySince, from, ownBefore] = [
    watchCpu(processes),
    watchProcessors(),
    performance.now(),
    process.cpuUsage(),
  ];
  return () => {
    // the processes may be children of this one: its own time is not that of `watchCpu`
    const [cpu, busy, to, own] = [cpuSince(), busySince(), performance.now(), process.cpuUsage(ownBefore)];
    const machineLoad = load();
    return (things) => ({
      perSecond: things / ((to - from) / 1_000),
      cpu: Object.fromEntries([...cpu].map(([name, spent]) => [name, spent / things])),
      ownCpu: (own.user + own.system) / things,
      busy,
      machineLoad,
    });
  };
}

/** Starts to watch the processors. The returned function gives how busy all of them were since then, from 0 to 1. */
function watchProcessors(): () => number {
  const times = (): readonly [idle: number, all: number] => {
    const all = cpus().map((processor) => processor.times);
    return [sum(all.map(({ idle }) => idle)), sum(all.flatMap((each) => Object.values(each)))];
  };
  const [idleBefore, allBefore] = times();
  return () => {
    const [idle, all] = times();
    return all === allBefore ? 0 : 1 - (idle - idleBefore) / (all - allBefore);
  };
}

export interface Usage {
  /** CPU time in microseconds since the start of the processes, with that of their ended children. */
  readonly cpu: number;
  /** Resident bytes. Memory that PostgreSQL's processes share is counted for each of them. */
  readonly memory: number;
}

/** What processes and their children use, by name. Reads /proc: throws on anything but Linux. */
export function usageOf(processes: ReadonlyMap<string, number>): Map<string, Usage> {
  const all = new Map(
    readdirSync('/proc')
      .filter((name) => /^\d+$/.test(name))
      .flatMap((name) => readStat(Number(name))),
  );
  const familyOf = (pid: number): number[] => [
    pid,
    ...[...all].filter(([, { parent }]) => parent === pid).flatMap(([child]) => familyOf(child)),
  ];
  return new Map(
    [...processes].map(([name, pid]) => {
      const family = familyOf(pid).flatMap((member) => all.get(member) ?? []);
      return [name, { cpu: sum(family.map(({ cpu }) => cpu)), memory: sum(family.map(({ memory }) => memory)) }];
    }),
  );
}

/** Starts to watch processes. The returned function gives the CPU time since then, in microseconds by name. */
export function watchCpu(processes: ReadonlyMap<string, number>): () => Map<string, number> {
  const before = usageOf(processes);
  return () => new Map([...usageOf(processes)].map(([name, { cpu }]) => [name, cpu - before.get(name)!.cpu]));
}

/** Empty for a process that has ended. The name of the command is in brackets and may contain anything. */
function readStat(pid: number): [number, Usage & { readonly parent: number }][] {
  let text: string;
  try {
    text = readFileSync(`/proc/${pid}/stat`, 'utf8');
  } catch {
    return [];
  }
  const fields = text.slice(text.lastIndexOf(')') + 2).split(' ');
  const at = (index: number): number => Number(fields[index]);
  const [user, system, childrenUser, childrenSystem] = [at(11), at(12), at(13), at(14)];
  const cpu = (user + system + childrenUser + childrenSystem) * tickMicroseconds;
  return [[pid, { parent: at(1), cpu, memory: at(21) * pageBytes }]];
}
