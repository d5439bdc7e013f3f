import type { Upstream } from './upstream.js';

/**
 * Picks the instance for a call: of two, the one with the lower cost. Two are enough to keep away from a slow one, and
 * gateways that don't know of each other don't all run to the same one. Without a session the two are drawn by chance;
 * with one they are always the same two, so a session stays where it is as long as that instance keeps up.
 * @param now milliseconds
 * @param fraction uniform in [0, 1); called twice at most
 */
export function choose(
  upstreams: readonly Upstream[],
  now: number,
  fraction: () => number,
  session?: string,
): Upstream | undefined {
  const usable = best(upstreams);
  if (usable.length < 2) return usable[0];
  const [first, second] = session === undefined ? drawn(usable, fraction) : ranked(usable, session);
  const patience = session === undefined ? 1 : 2;
  return second.cost(now) * patience < first.cost(now) ? second : first;
}

const best = (upstreams: readonly Upstream[]): readonly Upstream[] => {
  const up = upstreams.filter(({ state }) => state === 'up');
  return up.length > 0 ? up : upstreams.filter(({ state }) => state === 'new');
};

function drawn(usable: readonly Upstream[], fraction: () => number): [Upstream, Upstream] {
  const first = Math.floor(fraction() * usable.length);
  const second = (first + 1 + Math.floor(fraction() * (usable.length - 1))) % usable.length;
  return [usable[first]!, usable[second]!];
}

/** Rendezvous hashing: an instance that comes or goes moves only the sessions that are its own. */
function ranked(usable: readonly Upstream[], session: string): [Upstream, Upstream] {
  const byScore = usable
    .map((upstream) => ({ upstream, score: fnv1a(`${session} ${upstream.instance.instanceId}`) }))
    .sort((a, b) => b.score - a.score);
  return [byScore[0]!.upstream, byScore[1]!.upstream];
}

function fnv1a(text: string): number {
  let hash = 0x811c9dc5;
  for (let at = 0; at < text.length; at++) hash = Math.imul(hash ^ text.charCodeAt(at), 0x01000193);
  // the low bits of FNV mix badly over texts that end alike
  return (hash ^ (hash >>> 15)) >>> 0;
}
