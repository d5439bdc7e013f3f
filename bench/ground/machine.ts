import { cpus, loadavg, totalmem } from 'node:os';

const spent = (): { readonly idle: number; readonly all: number } =>
  cpus().reduce(
    ({ idle, all }, { times }) => ({
      idle: idle + times.idle,
      all: all + Object.values(times).reduce((sum, time) => sum + time, 0),
    }),
    { idle: 0, all: 0 },
  );

/** Begins to watch the processors; asked later, gives how busy all of them were since, from 0 to 1. */
export function watchProcessors(): () => number {
  const before = spent();
  return () => {
    const now = spent();
    return now.all === before.all ? 0 : 1 - (now.idle - before.idle) / (now.all - before.all);
  };
}

export const processorCount = cpus().length;

export const machine = (): string =>
  `${cpus().length} × ${cpus()[0]?.model.trim() ?? 'unknown'}, ${Math.round(totalmem() / 2 ** 30)} GiB`;

/** How many wanted a processor in the last minute. */
export const load = (): number => loadavg()[0]!;
