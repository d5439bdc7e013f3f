import type { ActiveFault, Fault, Faults } from './fault.js';
import { TwoWays, type Conversation, type Language, type Verdict, type Way } from './language.js';
import { picking, type Fraction, type Which } from './which.js';

/** The requests that faults are about, by their keys in Kafka's protocol. */
export const apiKeys = {
  produce: 0,
  fetch: 1,
  metadata: 3,
  offsetCommit: 8,
  findCoordinator: 10,
  joinGroup: 11,
  heartbeat: 12,
  syncGroup: 14,
} as const;
export type Api = keyof typeof apiKeys;

export interface KafkaLoss {
  readonly api: Api;
  readonly which: Which;
  /** `swallow`: the connection stays and the client waits in vain; `reset`: it is cut instead. */
  readonly how: 'swallow' | 'reset';
  /** Only of clients whose id matches. */
  readonly client?: RegExp;
}

export interface KafkaLosses {
  /** The broker has acted on the request; the client never hears of it. */
  answers(loss: KafkaLoss): Fault;
  /** The request never reaches the broker. */
  requests(loss: KafkaLoss): Fault;
}

interface ActiveLoss {
  readonly fault: ActiveFault;
  readonly how: KafkaLoss['how'];
  strikes(request: Request): boolean;
}

interface Request {
  readonly apiKey: number;
  readonly correlationId: number;
  readonly clientId: string;
}

/** Kafka's protocol: frames with their length in front; an answer bears the correlation id of its request. */
export function kafkaLanguage(faults: Faults, chance: Fraction): Language<KafkaLosses> {
  const lossesOf = { requests: new Set<ActiveLoss>(), answers: new Set<ActiveLoss>() };
  const lose =
    (what: keyof typeof lossesOf) =>
    ({ api, which, how, client }: KafkaLoss): Fault => {
      const picks = picking(which, chance);
      const losses = lossesOf[what];
      const loss: ActiveLoss = {
        fault: faults.begin(`${api} ${what} lost (${how})`, () => losses.delete(loss)),
        how,
        strikes: ({ apiKey, clientId }) => apiKey === apiKeys[api] && (client?.test(clientId) ?? true) && picks(),
      };
      losses.add(loss);
      return loss.fault;
    };
  return {
    lose: { answers: lose('answers'), requests: lose('requests') },
    converse: () => new KafkaConversation(lossesOf.requests, lossesOf.answers),
  };
}

class KafkaConversation implements Conversation {
  readonly #frames = new TwoWays((_way, begun) => (begun.length < 4 ? undefined : 4 + begun.readInt32BE(0)));
  readonly #doomed = new Map<number, ActiveLoss>();

  constructor(
    private readonly lostRequests: ReadonlySet<ActiveLoss>,
    private readonly lostAnswers: ReadonlySet<ActiveLoss>,
  ) {}

  units(way: Way, chunk: Buffer): Iterable<Buffer> {
    return this.#frames.cut(way, chunk);
  }

  rest(way: Way): Buffer {
    return this.#frames.rest(way);
  }

  judge(way: Way, frame: Buffer): Verdict {
    return way === 'up' ? this.#request(readRequest(frame)) : this.#answer(frame.readInt32BE(4));
  }

  #request(request: Request): Verdict {
    const lost = [...this.lostRequests].find((loss) => loss.strikes(request));
    if (lost) return struck(lost);
    const answerLost = [...this.lostAnswers].find((loss) => loss.strikes(request));
    if (answerLost) this.#doomed.set(request.correlationId, answerLost);
    return 'pass';
  }

  #answer(correlationId: number): Verdict {
    const lost = this.#doomed.get(correlationId);
    this.#doomed.delete(correlationId);
    return lost?.fault.active ? struck(lost) : 'pass';
  }
}

function struck({ fault, how }: ActiveLoss): Verdict {
  fault.hit();
  return how;
}

function readRequest(frame: Buffer): Request {
  const idLength = frame.readInt16BE(12); // -1 where there is none
  return {
    apiKey: frame.readInt16BE(4),
    correlationId: frame.readInt32BE(8),
    clientId: frame.toString('utf8', 14, 14 + Math.max(0, idLength)),
  };
}
