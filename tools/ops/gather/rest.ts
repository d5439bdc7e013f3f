import { setTimeout as pause } from 'node:timers/promises';
import type { KafkaClient } from '@tradewind/messaging';
import { Snapshot } from './read-only.js';

/** Milliseconds between looks, and between lines that tell of them. */
const interval = 500;
const silence = 2_000;

/** Parked keys and alarmed sagas are not under way: they wait for an operator. */
const underWay = `
select
  (select count(*) from msg_outbox o where not exists (select 1 from msg_outbox_held h where h.topic = o.topic and h.key = o.key))::int as messages,
  (select count(*) from msg_effects e where done_at is null and not exists (select 1 from msg_parked_lanes l where l.key = e.correlation))::int as effects,
  (select count(*) from msg_sagas s where status in ('running', 'undoing') and not alarmed
    and not exists (select 1 from msg_parked_lanes l where l.key = s.subject))::int as sagas,
  (select count(*) from msg_parked_lanes where state = 'releasing')::int as lanes,
  (select coalesce(max(position), 0)::text || ' ' || count(*) from msg_outbox_archive) as mark`;
const readers = `select distinct consumer, topic from msg_starts order by consumer, topic`;

export interface Places {
  readonly databases: Readonly<Record<string, string>>;
  readonly kafka: KafkaClient;
}

export interface Behind {
  readonly consumer: string;
  readonly topic: string;
  readonly records: number;
}

export interface Rest {
  readonly reached: boolean;
  /** What was still under way at the last look. */
  readonly remaining: readonly string[];
  readonly behind: readonly Behind[];
  /** Changes with everything that is published. */
  readonly mark: string;
}

/** Waits until nothing is under way any more, or time is up. Two looks in a row must see the same. */
export async function waitForRest(places: Places, seconds: number, log: (line: string) => void): Promise<Rest> {
  const end = Date.now() + seconds * 1_000;
  let told = Date.now();
  let before: string | undefined;
  for (;;) {
    const rest = await look(places);
    if (rest.reached && before === rest.mark) return rest;
    before = rest.reached ? rest.mark : undefined;
    if (Date.now() >= end) return rest;
    if (Date.now() - told >= silence) {
      log(
        `waiting until the shop is at rest: ${rest.remaining.join(', ') || 'looking again'} (${Math.ceil((end - Date.now()) / 1_000)} s left)`,
      );
      told = Date.now();
    }
    await pause(Math.max(0, Math.min(interval, end - Date.now())));
  }
}

export async function look({ databases, kafka }: Places): Promise<Rest> {
  const remaining: string[] = [];
  const marks: string[] = [];
  const pairs: { consumer: string; topic: string }[] = [];
  for (const [service, url] of Object.entries(databases)) {
    const snapshot = await Snapshot.open(url, service);
    try {
      const [row] = await snapshot.rows<{
        messages: number;
        effects: number;
        sagas: number;
        lanes: number;
        mark: string;
      }>(underWay);
      const { mark, ...counts } = row!;
      marks.push(`${service} ${mark}`);
      for (const [what, count] of Object.entries(counts))
        if (count > 0) remaining.push(`${service}: ${count} ${words[what]}`);
      pairs.push(...(await snapshot.rows<{ consumer: string; topic: string }>(readers)));
    } finally {
      await snapshot.close();
    }
  }
  const behind = await lags(kafka, pairs);
  for (const { consumer, topic, records } of behind) remaining.push(`${consumer}: ${records} unread of ${topic}`);
  return { reached: remaining.length === 0, remaining, behind, mark: marks.join(', ') };
}

const words: Readonly<Record<string, string>> = {
  messages: 'unpublished messages',
  effects: 'open effects',
  sagas: 'running sagas',
  lanes: 'lanes being released',
};

/** By the positions that the groups have committed. They are only asked for, never set. */
async function lags(kafka: KafkaClient, pairs: readonly { consumer: string; topic: string }[]): Promise<Behind[]> {
  const topics = [...new Set(pairs.map(({ topic }) => topic))];
  if (topics.length === 0) return [];
  const ends = await kafka.endOffsets(topics);
  const behind: Behind[] = [];
  for (const consumer of new Set(pairs.map((pair) => pair.consumer))) {
    const mine = pairs.filter((pair) => pair.consumer === consumer).map(({ topic }) => topic);
    const next = new Map(
      (await kafka.committed(consumer, mine)).map((each) => [`${each.topic}:${each.partition}`, each.next]),
    );
    for (const topic of mine) {
      let records = 0n;
      for (const { partition, end, start } of ends.filter((each) => each.topic === topic)) {
        const lag = end - (next.get(`${topic}:${partition}`) ?? start);
        if (lag > 0n) records += lag;
      }
      if (records > 0n) behind.push({ consumer, topic, records: Number(records) });
    }
  }
  return behind;
}
