import { setTimeout as pause } from 'node:timers/promises';
import type { KafkaClient } from '@tradewind/messaging';
import { Snapshot } from './snapshot.js';

const pollIntervalMs = 500;
const progressIntervalMs = 2_000;

/** Dead letters, blocked keys and stuck sagas are no activity: they wait for an operator. */
const activityQuery = `
select
  (select count(*) from msg_outbox o where not exists (select 1 from msg_outbox_blocked_keys h where h.topic = o.topic and h.key = o.key))::int as messages,
  (select count(*) from msg_effects e where done_at is null and not exists (select 1 from msg_blocked_keys l where l.key = e.correlation))::int as effects,
  (select count(*) from msg_sagas s where status in ('running', 'compensating') and not stuck
    and not exists (select 1 from msg_blocked_keys l where l.key = s.subject))::int as sagas,
  (select count(*) from msg_blocked_keys where state = 'redriving')::int as redrives,
  (select coalesce(max(position), 0)::text || ' ' || count(*) from msg_outbox_archive) as mark`;
const subscriptions = `select distinct consumer, topic from msg_consumer_starts order by consumer, topic`;

export interface ActivitySources {
  readonly databases: Readonly<Record<string, string>>;
  readonly kafka: KafkaClient;
}

export interface Behind {
  readonly consumer: string;
  readonly topic: string;
  readonly records: number;
}

export interface Activity {
  readonly idle: boolean;
  /** What is still in progress. */
  readonly remaining: readonly string[];
  readonly behind: readonly Behind[];
  /** Changes with every published message. */
  readonly mark: string;
}

/** Waits until two reads in a row find the shop idle and nothing published between them, or until the time is up. */
export async function waitUntilIdle(
  sources: ActivitySources,
  seconds: number,
  log: (line: string) => void,
): Promise<Activity> {
  const end = Date.now() + seconds * 1_000;
  let loggedAt = Date.now();
  let before: string | undefined;
  for (;;) {
    const activity = await readActivity(sources);
    if (activity.idle && before === activity.mark) return activity;
    before = activity.idle ? activity.mark : undefined;
    if (Date.now() >= end) return activity;
    if (Date.now() - loggedAt >= progressIntervalMs) {
      log(
        `waiting until the shop is idle: ${activity.remaining.join(', ') || 'reading again'} (${Math.ceil((end - Date.now()) / 1_000)} s left)`,
      );
      loggedAt = Date.now();
    }
    await pause(Math.max(0, Math.min(pollIntervalMs, end - Date.now())));
  }
}

export async function readActivity({ databases, kafka }: ActivitySources): Promise<Activity> {
  const remaining: string[] = [];
  const marks: string[] = [];
  const subscribed: { consumer: string; topic: string }[] = [];
  for (const [service, url] of Object.entries(databases)) {
    const snapshot = await Snapshot.open(url, service);
    try {
      const [row] = await snapshot.rows<Record<keyof typeof labels, number> & { mark: string }>(activityQuery);
      const { mark, ...counts } = row!;
      marks.push(`${service} ${mark}`);
      for (const [what, count] of Object.entries(counts) as [keyof typeof labels, number][])
        if (count > 0) remaining.push(`${service}: ${count} ${labels[what]}`);
      subscribed.push(...(await snapshot.rows<{ consumer: string; topic: string }>(subscriptions)));
    } finally {
      await snapshot.close();
    }
  }
  const behind = await lags(kafka, subscribed);
  for (const { consumer, topic, records } of behind) remaining.push(`${consumer}: ${records} unread of ${topic}`);
  return { idle: remaining.length === 0, remaining, behind, mark: marks.join(', ') };
}

const labels = {
  messages: 'unpublished messages',
  effects: 'pending effects',
  sagas: 'running sagas',
  redrives: 'keys being redriven',
} as const;

/** By the committed offsets of the groups, which are only read. */
async function lags(kafka: KafkaClient, subscribed: readonly { consumer: string; topic: string }[]): Promise<Behind[]> {
  const topics = [...new Set(subscribed.map(({ topic }) => topic))];
  if (topics.length === 0) return [];
  const ends = await kafka.endOffsets(topics);
  const behind: Behind[] = [];
  for (const consumer of new Set(subscribed.map((each) => each.consumer))) {
    const own = subscribed.filter((each) => each.consumer === consumer).map(({ topic }) => topic);
    const committed = new Map(
      (await kafka.committedOffsets(consumer, own)).map((each) => [`${each.topic}:${each.partition}`, each.offset]),
    );
    for (const topic of own) {
      let records = 0n;
      for (const { partition, end, start } of ends.filter((each) => each.topic === topic)) {
        const lag = end - (committed.get(`${topic}:${partition}`) ?? start);
        if (lag > 0n) records += lag;
      }
      if (records > 0n) behind.push({ consumer, topic, records: Number(records) });
    }
  }
  return behind;
}
