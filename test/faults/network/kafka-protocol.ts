import type { ActiveFault, ActiveFaults, NetworkFault } from './network-fault.js';
import { occurrenceMatcher, type Occurrences, type RandomSource } from './occurrences.js';
import {
  BidirectionalSplitter,
  type ConnectionInspector,
  type Direction,
  type Protocol,
  type Verdict,
} from './protocol.js';

/** The API keys of Kafka's protocol that faults are about. */
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

export interface KafkaDropOptions {
  readonly api: Api;
  readonly occurrences: Occurrences;
  /** `swallow`: the connection stays open and the client gets no response; `reset`: the connection is reset. */
  readonly how: 'swallow' | 'reset';
  /** Only clients whose id matches. */
  readonly client?: RegExp;
}

export interface KafkaDrops {
  /** The broker handles the request; the client never gets the response. */
  responses(options: KafkaDropOptions): NetworkFault;
  /** The request never reaches the broker. */
  requests(options: KafkaDropOptions): NetworkFault;
}

interface ActiveDrop {
  readonly fault: ActiveFault;
  readonly how: KafkaDropOptions['how'];
  matches(request: Request): boolean;
}

interface Request {
  readonly apiKey: number;
  readonly correlationId: number;
  readonly clientId: string;
}

/** Kafka's protocol: frames that begin with their length; a response has the correlation id of its request. */
export function kafkaProtocol(faults: ActiveFaults, random: RandomSource): Protocol<KafkaDrops> {
  const dropsOf = { requests: new Set<ActiveDrop>(), responses: new Set<ActiveDrop>() };
  const drop =
    (what: keyof typeof dropsOf) =>
    ({ api, occurrences, how, client }: KafkaDropOptions): NetworkFault => {
      const selects = occurrenceMatcher(occurrences, random);
      const drops = dropsOf[what];
      const active: ActiveDrop = {
        fault: faults.start(`${api} ${what} dropped (${how})`, () => drops.delete(active)),
        how,
        matches: ({ apiKey, clientId }) => apiKey === apiKeys[api] && (client?.test(clientId) ?? true) && selects(),
      };
      drops.add(active);
      return active.fault;
    };
  return {
    drop: { responses: drop('responses'), requests: drop('requests') },
    inspector: () => new KafkaInspector(dropsOf.requests, dropsOf.responses),
  };
}

class KafkaInspector implements ConnectionInspector {
  readonly #frames = new BidirectionalSplitter((_direction, begun) =>
    begun.length < 4 ? undefined : 4 + begun.readInt32BE(0),
  );
  /** Drops of responses, by correlation id. */
  readonly #pendingDrops = new Map<number, ActiveDrop>();

  constructor(
    private readonly requestDrops: ReadonlySet<ActiveDrop>,
    private readonly responseDrops: ReadonlySet<ActiveDrop>,
  ) {}

  units(direction: Direction, chunk: Buffer): Iterable<Buffer> {
    return this.#frames.split(direction, chunk);
  }

  remainder(direction: Direction): Buffer {
    return this.#frames.remainder(direction);
  }

  verdict(direction: Direction, frame: Buffer): Verdict {
    return direction === 'up' ? this.#request(readRequest(frame)) : this.#response(frame.readInt32BE(4));
  }

  #request(request: Request): Verdict {
    const dropped = [...this.requestDrops].find((drop) => drop.matches(request));
    if (dropped) return apply(dropped);
    const responseDropped = [...this.responseDrops].find((drop) => drop.matches(request));
    if (responseDropped) this.#pendingDrops.set(request.correlationId, responseDropped);
    return 'pass';
  }

  #response(correlationId: number): Verdict {
    const dropped = this.#pendingDrops.get(correlationId);
    this.#pendingDrops.delete(correlationId);
    return dropped?.fault.active ? apply(dropped) : 'pass';
  }
}

function apply({ fault, how }: ActiveDrop): Verdict {
  fault.hit();
  return how;
}

function readRequest(frame: Buffer): Request {
  const idLength = frame.readInt16BE(12); // -1 without a client id
  return {
    apiKey: frame.readInt16BE(4),
    correlationId: frame.readInt32BE(8),
    clientId: frame.toString('utf8', 14, 14 + Math.max(0, idLength)),
  };
}
