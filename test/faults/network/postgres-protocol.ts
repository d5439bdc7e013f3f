import type { ActiveFault, ActiveFaults, NetworkFault } from './network-fault.js';
import { occurrenceMatcher, type Occurrences, type RandomSource } from './occurrences.js';
import {
  BidirectionalSplitter,
  type ConnectionInspector,
  type Direction,
  type Protocol,
  type Verdict,
} from './protocol.js';

export interface CommitDropOptions {
  readonly occurrences: Occurrences;
  /** Only sessions on this database. */
  readonly database?: string;
  /** Only sessions whose application_name matches. */
  readonly application?: RegExp;
}

export interface PostgresDrops {
  /** The server commits; the client's connection is reset instead of the response. */
  commitResponses(options: CommitDropOptions): NetworkFault;
  /** The connection is reset before the COMMIT reaches the server, which rolls back. */
  commits(options: CommitDropOptions): NetworkFault;
}

interface Session {
  readonly database: string;
  readonly application: string;
}

interface ActiveDrop {
  readonly fault: ActiveFault;
  matches(session: Session): boolean;
}

/** PostgreSQL's protocol: a start-up packet with the session's parameters, then messages of one type byte and a length. */
export function postgresProtocol(faults: ActiveFaults, random: RandomSource): Protocol<PostgresDrops> {
  const dropsOf = { commits: new Set<ActiveDrop>(), commitResponses: new Set<ActiveDrop>() };
  const drop =
    (what: keyof typeof dropsOf, name: string) =>
    ({ occurrences, database, application }: CommitDropOptions): NetworkFault => {
      const selects = occurrenceMatcher(occurrences, random);
      const drops = dropsOf[what];
      const active: ActiveDrop = {
        fault: faults.start(name, () => drops.delete(active)),
        matches: (session) =>
          (database ?? session.database) === session.database &&
          (application?.test(session.application) ?? true) &&
          selects(),
      };
      drops.add(active);
      return active.fault;
    };
  return {
    drop: {
      commits: drop('commits', 'COMMIT dropped'),
      commitResponses: drop('commitResponses', 'response of COMMIT dropped'),
    },
    inspector: () => new PostgresInspector(dropsOf.commits, dropsOf.commitResponses),
  };
}

/** Codes of packets that a client may send before the start-up packet. */
const tlsRequest = 80877103;
const gssRequest = 80877104;
const cancelRequest = 80877102;
const commitTag = Buffer.from('COMMIT\0');

class PostgresInspector implements ConnectionInspector {
  readonly #messages = new BidirectionalSplitter((direction, begun) => this.#lengthOf(direction, begun));
  #session: Session | undefined;
  /** Single-byte responses that the server still sends to requests for TLS or GSS. */
  #bytesDue = 0;

  constructor(
    private readonly commitDrops: ReadonlySet<ActiveDrop>,
    private readonly responseDrops: ReadonlySet<ActiveDrop>,
  ) {}

  *units(direction: Direction, chunk: Buffer): Iterable<Buffer> {
    for (const unit of this.#messages.split(direction, chunk)) {
      if (direction === 'up' && !this.#session) this.#readStart(unit);
      else if (direction === 'down' && this.#bytesDue > 0) this.#bytesDue -= 1;
      yield unit;
    }
  }

  remainder(direction: Direction): Buffer {
    return this.#messages.remainder(direction);
  }

  verdict(direction: Direction, message: Buffer): Verdict {
    const drops = direction === 'up' ? this.commitDrops : this.responseDrops;
    const relevant = drops.size > 0 && (direction === 'up' ? isCommit(message) : isCommitResponse(message));
    const session = this.#session;
    if (!relevant || !session) return 'pass';
    const dropped = [...drops].find((drop) => drop.matches(session));
    dropped?.fault.hit();
    return dropped ? 'reset' : 'pass';
  }

  #lengthOf(direction: Direction, begun: Buffer): number | undefined {
    if (direction === 'down' && this.#bytesDue > 0) return 1;
    const at = direction === 'up' && !this.#session ? 0 : 1; // only the start-up packet has no type byte
    return begun.length < at + 4 ? undefined : at + begun.readInt32BE(at);
  }

  #readStart(packet: Buffer): void {
    const code = packet.readInt32BE(4);
    if (code === tlsRequest || code === gssRequest) this.#bytesDue += 1;
    else if (code !== cancelRequest) this.#session = readSession(packet);
  }
}

/** Names and values in turn, each ended by a zero byte. */
function readSession(packet: Buffer): Session {
  const parts = packet.toString('utf8', 8).split('\0');
  const value = (name: string): string | undefined =>
    parts.find((_part, index) => index % 2 === 1 && parts[index - 1] === name);
  const user = value('user') ?? '';
  return { database: value('database') ?? user, application: value('application_name') ?? '' };
}

/** As a simple query, or as Parse of the extended protocol, where the statement follows its name. */
function isCommit(message: Buffer): boolean {
  const type = String.fromCharCode(message[0] ?? 0);
  if (type !== 'Q' && type !== 'P') return false;
  const from = type === 'Q' ? 5 : message.indexOf(0, 5) + 1;
  return /^\s*(commit|end)\b/i.test(message.toString('latin1', from, from + 64));
}

/** The tag of a COMMIT of a failed transaction is ROLLBACK. */
function isCommitResponse(message: Buffer): boolean {
  return message[0] === 'C'.charCodeAt(0) && message.subarray(5).equals(commitTag);
}
