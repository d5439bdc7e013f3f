import type { ActiveFault, Fault, Faults } from './fault.js';
import { TwoWays, type Conversation, type Language, type Verdict, type Way } from './language.js';
import { picking, type Fraction, type Which } from './which.js';

export interface CommitLoss {
  readonly which: Which;
  /** Only of sessions on this database. */
  readonly database?: string;
  /** Only of sessions whose application_name matches. */
  readonly application?: RegExp;
}

export interface PostgresLosses {
  /** The server has committed; instead of its answer the client's connection is cut. */
  commitAnswers(loss: CommitLoss): Fault;
  /** The connection is cut before the COMMIT reaches the server, which undoes the transaction. */
  commits(loss: CommitLoss): Fault;
}

interface Session {
  readonly database: string;
  readonly application: string;
}

interface ActiveLoss {
  readonly fault: ActiveFault;
  strikes(session: Session): boolean;
}

/** PostgreSQL's protocol: a start-up packet that says who comes, then messages of one letter and a length. */
export function postgresLanguage(faults: Faults, chance: Fraction): Language<PostgresLosses> {
  const lossesOf = { commits: new Set<ActiveLoss>(), commitAnswers: new Set<ActiveLoss>() };
  const lose =
    (what: keyof typeof lossesOf, name: string) =>
    ({ which, database, application }: CommitLoss): Fault => {
      const picks = picking(which, chance);
      const losses = lossesOf[what];
      const loss: ActiveLoss = {
        fault: faults.begin(name, () => losses.delete(loss)),
        strikes: (session) =>
          (database ?? session.database) === session.database &&
          (application?.test(session.application) ?? true) &&
          picks(),
      };
      losses.add(loss);
      return loss.fault;
    };
  return {
    lose: { commits: lose('commits', 'COMMIT lost'), commitAnswers: lose('commitAnswers', 'answer of COMMIT lost') },
    converse: () => new PostgresConversation(lossesOf.commits, lossesOf.commitAnswers),
  };
}

/** What a client may say first instead of who he is. */
const asksForTls = 80877103;
const asksForGss = 80877104;
const asksToCancel = 80877102;
const commitTag = Buffer.from('COMMIT\0');

class PostgresConversation implements Conversation {
  readonly #messages = new TwoWays((way, begun) => this.#lengthOf(way, begun));
  #session: Session | undefined;
  /** Of one letter each, to what the client has asked before he said who he is. */
  #lettersDue = 0;

  constructor(
    private readonly lostCommits: ReadonlySet<ActiveLoss>,
    private readonly lostAnswers: ReadonlySet<ActiveLoss>,
  ) {}

  *units(way: Way, chunk: Buffer): Iterable<Buffer> {
    for (const unit of this.#messages.cut(way, chunk)) {
      if (way === 'up' && !this.#session) this.#readStart(unit);
      else if (way === 'down' && this.#lettersDue > 0) this.#lettersDue -= 1;
      yield unit;
    }
  }

  rest(way: Way): Buffer {
    return this.#messages.rest(way);
  }

  judge(way: Way, message: Buffer): Verdict {
    const losses = way === 'up' ? this.lostCommits : this.lostAnswers;
    const matters = losses.size > 0 && (way === 'up' ? asksToCommit(message) : saysCommitted(message));
    const session = this.#session;
    if (!matters || !session) return 'pass';
    const lost = [...losses].find((loss) => loss.strikes(session));
    lost?.fault.hit();
    return lost ? 'reset' : 'pass';
  }

  #lengthOf(way: Way, begun: Buffer): number | undefined {
    if (way === 'down' && this.#lettersDue > 0) return 1;
    const at = way === 'up' && !this.#session ? 0 : 1; // the start-up packet alone has no letter
    return begun.length < at + 4 ? undefined : at + begun.readInt32BE(at);
  }

  #readStart(packet: Buffer): void {
    const code = packet.readInt32BE(4);
    if (code === asksForTls || code === asksForGss) this.#lettersDue += 1;
    else if (code !== asksToCancel) this.#session = readSession(packet);
  }
}

/** Names and values in turn, each ended by a zero byte. */
function readSession(packet: Buffer): Session {
  const words = packet.toString('utf8', 8).split('\0');
  const value = (name: string): string | undefined =>
    words.find((_word, index) => index % 2 === 1 && words[index - 1] === name);
  const user = value('user') ?? '';
  return { database: value('database') ?? user, application: value('application_name') ?? '' };
}

/** As a simple query or in the extended protocol, whose Parse has a name before the statement. */
function asksToCommit(message: Buffer): boolean {
  const letter = String.fromCharCode(message[0] ?? 0);
  if (letter !== 'Q' && letter !== 'P') return false;
  const from = letter === 'Q' ? 5 : message.indexOf(0, 5) + 1;
  return /^\s*(commit|end)\b/i.test(message.toString('latin1', from, from + 64));
}

/** The tag of a COMMIT that found its transaction failed is ROLLBACK. */
function saysCommitted(message: Buffer): boolean {
  return message[0] === 'C'.charCodeAt(0) && message.subarray(5).equals(commitTag);
}
