import { Findings, type Section } from './section.js';

export interface Bound {
  /** Allowed in any case, and additionally for each of `per`. */
  readonly fixed: number;
  readonly each: number;
  readonly per?: string;
  /** Allowed additionally for each message that the service published in the last two minutes. */
  readonly perRecentMessage?: number;
  readonly why: string;
}

/** Allowed sizes at rest after any load. Raising one needs a reason. */
export const bounds = {
  connections: {
    fixed: 6,
    each: 8,
    per: 'instance',
    why: 'an instance has a pool of 5, a relay or its candidate, and connections of a migration or a probe; the rest is for tools',
  },
  'outbox rows': {
    fixed: 1_000,
    each: 0,
    why: 'one batch of the relay: at rest the outbox is empty (G3), and more means that the relay is too slow',
  },
  'timeouts overdue': {
    fixed: 0,
    each: 0,
    why: 'a due timeout fires within a second, and is postponed while its reply is a dead letter; one that is a minute late, or waits for a message that is already published, never fires',
  },
  'dead letters': { fixed: 1_000, each: 0, why: 'an operator looks at each: more is an outage, not poison' },
  'messages with attempts': {
    fixed: 20_000,
    each: 0,
    why: 'one for a message that failed or was handled alone, 500 for each start at the same offset; they are kept',
  },
  'dead rows': {
    fixed: 20_000,
    each: 0.3,
    per: 'live row',
    perRecentMessage: 2,
    why: 'autovacuum starts at a fifth of a table (5,000 rows of the outbox) and runs once a minute; each message leaves a dead outbox row and a dead timeout, or an old version of a row',
  },
  'resident MiB': {
    fixed: 512,
    each: 0,
    why: 'a service needs far less at rest; it may buffer 32 MiB of records, which are several times that as objects; the limit of a container',
  },
} as const satisfies Record<string, Bound>;

export interface Measurement {
  readonly what: keyof typeof bounds;
  /** The service, table or instance. */
  readonly of: string;
  readonly value: number;
  /** The number of the bound's `per`. */
  readonly times?: number;
  /** Messages that the service published in the last two minutes, if the bound needs them. */
  readonly recentMessages?: number;
}

/** G12: memory, connections, dead rows and what must not pile up are within their bounds. G3 reports consumer lag at rest. */
export function checkBounds(measurements: Iterable<Measurement>): Section {
  const findings = new Findings();
  const largest = new Map<string, number>();
  findings.count('measurements', 0);
  for (const { what, of, value, times = 0, recentMessages = 0 } of measurements) {
    findings.count('measurements');
    largest.set(what, Math.max(largest.get(what) ?? 0, value));
    const { fixed, each, perRecentMessage = 0 }: Bound = bounds[what];
    const most = Math.floor(fixed + each * times + perRecentMessage * recentMessages);
    if (value > most) findings.report(`${value} ${what}, at most ${most} are allowed`, { of });
  }
  for (const [what, value] of largest) findings.count(`${what} at most`, value);
  return findings.section('G12', 'bounds: nothing grows without limit');
}
