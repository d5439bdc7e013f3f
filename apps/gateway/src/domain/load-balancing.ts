import type { Upstream, UpstreamState } from './upstream.js';

/**
 * Chooses the instance for a call: the one of two with the lower cost ("power of two choices"). This avoids slow instances, and
 * several gateways don't all choose the same one. Without a session the two are random. With a session they are always the
 * same two, and the session stays with the first unless it costs more than twice as much.
 * @param now milliseconds
 * @param fraction uniform in [0, 1); called at most twice
 * @param states the states of usable instances; only those of the first state that one has are chosen from
 */
export function choose(
  upstreams: readonly Upstream[],
  now: number,
  fraction: () => number,
  session?: string,
  states: readonly UpstreamState[] = preference,
): Upstream | undefined {
  const usable = usableOf(upstreams, states);
  const [first, second] = session === undefined ? randomPair(usable, fraction) : sessionPair(usable, session);
  if (first === undefined || second === undefined) return first;
  const stickiness = session === undefined ? 1 : 2;
  return second.cost(now) * stickiness < first.cost(now) ? second : first;
}

/** Best first. A doubtful instance may still answer: without a better one, refusing every call would be worse. */
const preference = ['up', 'new', 'doubtful'] as const;

function usableOf(upstreams: readonly Upstream[], states: readonly UpstreamState[]): readonly Upstream[] {
  for (const wanted of states) {
    const usable = upstreams.filter(({ state }) => state === wanted);
    if (usable.length > 0) return usable;
  }
  return [];
}

/** Two instances, or fewer if there are fewer. */
type Pair = readonly (Upstream | undefined)[];

function randomPair(usable: readonly Upstream[], fraction: () => number): Pair {
  if (usable.length < 2) return [usable[0]];
  const first = Math.floor(fraction() * usable.length);
  const second = (first + 1 + Math.floor(fraction() * (usable.length - 1))) % usable.length;
  return [usable[first], usable[second]];
}

/** Rendezvous hashing: adding or removing an instance moves only the sessions of that instance. */
function sessionPair(usable: readonly Upstream[], session: string): Pair {
  if (usable.length < 2) return [usable[0]];
  const [first, second] = usable
    .map((upstream) => ({ upstream, score: fnv1a(`${session} ${upstream.instance.instanceId}`) }))
    .sort((a, b) => b.score - a.score);
  return [first?.upstream, second?.upstream];
}

function fnv1a(text: string): number {
  let hash = 0x811c9dc5;
  for (let at = 0; at < text.length; at++) hash = Math.imul(hash ^ text.charCodeAt(at), 0x01000193);
  // the low bits of FNV-1a differ too little for texts with equal ends
  return (hash ^ (hash >>> 15)) >>> 0;
}
