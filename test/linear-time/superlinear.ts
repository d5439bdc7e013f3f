/** Lengths of the texts. A step that doubles with every character is seen at the short ones, one that is quadratic at the long ones. */
const shortLengths = [20, 40];
const lengths = [200, 2_000, 20_000];
/** Below it, a run says nothing about growth: a quadratic run over 20,000 characters takes hundreds of milliseconds. */
const floorMs = 1;
/** Ten times the length may take at most so many times as long. */
const maxFactor = 15;
const attempts = 5;
/** Runs that took so long together are not repeated. */
const repeatedMs = 20;

/** Milliseconds of CPU time: while the machine does something else, none passes. */
const timed = (run: () => unknown): number => {
  const before = process.cpuUsage();
  run();
  const { user, system } = process.cpuUsage(before);
  return (user + system) / 1_000;
};

/** The shortest of several runs: in others, the runtime compiled or collected garbage. */
const fastest = (run: () => unknown): number => {
  let best = timed(run);
  for (let total = best; best > floorMs && total < repeatedMs;) {
    const time = timed(run);
    total += time;
    best = Math.min(best, time);
  }
  return best;
};

const everyAttempt = (is: () => boolean): boolean => Array.from({ length: attempts }).every(is);

/**
 * The length from which `run` takes more than linear time over the texts that `textOf` makes, or undefined. Compares runs of one process,
 * so that a slow machine changes nothing; the growth must be seen in every one of several attempts.
 */
export function superlinearAt(run: (text: string) => unknown, textOf: (length: number) => string): number | undefined {
  const isSlow = (length: number): boolean => fastest(() => run(textOf(length))) > floorMs;
  for (const length of shortLengths) if (everyAttempt(() => isSlow(length))) return length;
  for (const length of lengths) {
    const [text, tenth] = [textOf(length), textOf(length / 10)];
    const grows = (): boolean => {
      const long = fastest(() => run(text));
      return long > floorMs && long > maxFactor * fastest(() => run(tenth));
    };
    if (everyAttempt(grows)) return length;
  }
  return undefined;
}
