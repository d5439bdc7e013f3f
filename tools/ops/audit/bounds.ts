import { Findings, type Section } from './section.js';

export interface Bound {
  /** What may be there in any case, and what more for each of `per`. */
  readonly fixed: number;
  readonly each: number;
  readonly per?: string;
  /** What more may be there for each message that the service has published within two minutes. */
  readonly lately?: number;
  readonly why: string;
}

/** How large things may be at rest after any load. Whoever raises one says why. */
export const bounds = {
  connections: {
    fixed: 6,
    each: 8,
    per: 'instance',
    why: 'an instance has a pool of 5, a relay or its candidate, and what a migration or a probe takes; the rest is for tools',
  },
  'outbox rows': {
    fixed: 1_000,
    each: 0,
    why: 'one batch of the relay: at rest it is empty (G3), and more is a relay that does not keep up',
  },
  'timers overdue': {
    fixed: 0,
    each: 0,
    why: 'a due timer is acted on within a second, and put off where its reply is parked: a minute late, or waiting for a message that is published, it never will be',
  },
  'messages parked': { fixed: 1_000, each: 0, why: 'a person has to look at each: more is no poison but an outage' },
  'messages with tries': {
    fixed: 20_000,
    each: 0,
    why: 'one for a message that failed or was handled with care, 500 for each start at one offset again and again; they are kept',
  },
  'dead rows': {
    fixed: 20_000,
    each: 0.3,
    per: 'live row',
    lately: 2,
    why: 'vacuum begins at a fifth of a table (5,000 rows of the outbox) and looks once a minute; each message leaves its outbox row and a deadline behind, or a version of a row',
  },
  'resident MiB': {
    fixed: 512,
    each: 0,
    why: 'a service rests far below; it may buffer 32 MiB of records, which are several times that as objects; a container is given so much',
  },
} as const satisfies Record<string, Bound>;

export interface Measurement {
  readonly what: keyof typeof bounds;
  /** Of a service, a table, an instance. */
  readonly of: string;
  readonly value: number;
  /** How many there are of what the bound is per. */
  readonly times?: number;
  /** Messages that the service has published within two minutes, where the bound asks for them. */
  readonly lately?: number;
}

/** G12: memory, connections, dead rows and what must not pile up stay inside their bounds. That no consumer lags at rest is said by G3. */
export function checkBounds(measurements: Iterable<Measurement>): Section {
  const findings = new Findings();
  const largest = new Map<string, number>();
  findings.count('measurements', 0);
  for (const { what, of, value, times = 0, lately: recent = 0 } of measurements) {
    findings.count('measurements');
    largest.set(what, Math.max(largest.get(what) ?? 0, value));
    const { fixed, each, lately = 0 }: Bound = bounds[what];
    const most = Math.floor(fixed + each * times + lately * recent);
    if (value > most) findings.report(`${value} ${what}, at most ${most} are allowed`, { of });
  }
  for (const [what, value] of largest) findings.count(`${what} at most`, value);
  return findings.section('G12', 'bounds: nothing grows without end');
}
