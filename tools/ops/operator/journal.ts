import type { Row } from './databases.js';

/** Something that happened, or is under way, about one order. */
export interface Entry {
  readonly at: Date;
  readonly service: string;
  readonly what: string;
  readonly id: string | null;
  readonly payload?: string | null;
}

/** A line of a saga's journal. */
export interface Line {
  readonly at: Date;
  readonly saga: string;
  readonly from: string;
  readonly to: string;
  readonly why: string;
  readonly cause: string;
}

/** Lines of one moment have no order of their own: each begins where the one before it ended. */
export function chained(lines: readonly Row<Line>[]): Entry[] {
  const left = [...lines];
  const standing = new Map<string, string>();
  const entries: Entry[] = [];
  while (left.length > 0) {
    const { saga, at } = left[0]!;
    const following = left.findIndex(
      (line) =>
        line.saga === saga && line.at.getTime() === at.getTime() && line.from === (standing.get(saga) ?? 'not started'),
    );
    const [line] = left.splice(Math.max(0, following), 1);
    standing.set(saga, line!.to);
    entries.push({
      at,
      service: line!.service,
      what: `saga ${saga}: ${line!.from} → ${line!.to} (${line!.why})`,
      id: line!.cause,
    });
  }
  return entries;
}
