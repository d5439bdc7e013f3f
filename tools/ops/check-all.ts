import { isOpen, keptTopics, type Gathered } from './gather/gather.js';
import type { RecordLog } from './gather/record-log.js';
import { checkAcceptance, type OrderWords } from './audit/acceptance.js';
import { checkBounds } from './audit/bounds.js';
import { checkEffectsOnce, type ConsumerFacts } from './audit/effects-once.js';
import { checkEvents, type TopicIds } from './audit/events.js';
import { checkLiveness, type LivenessFacts } from './audit/liveness.js';
import { checkMoney } from './audit/money.js';
import { checkOrder, type KeyRecords } from './audit/order.js';
import type { AuditReport } from './audit/report.js';
import { checkSagaStories } from './audit/saga-stories.js';
import { checkStock } from './audit/stock.js';
import { hearsCompacted, serviceOf, whoHearsWhat } from './audit/who-hears-what.js';

/** Hands every invariant the facts that it is about. */
export function checkAll(facts: Gathered, behind: LivenessFacts['behind']): Pick<AuditReport, 'sections' | 'waiting'> {
  const { messaging, orders, held, waiting, product, payment, provider, acceptances, confirmedLines, logs } = facts;
  const sagas = messaging.flatMap((each) => each.sagas);
  const sections = [
    checkMoney({ orders, held, provider, ...payment }),
    checkStock({ orders, held, ...product, ordered: confirmedLines }),
    checkLiveness({
      orders,
      held,
      behind,
      running: sagas.filter(({ status }) => isOpen(status)),
      effects: messaging.flatMap((each) => each.effects),
      unpublished: messaging.flatMap((each) => each.unpublished),
    }),
    checkAcceptance({
      orders,
      held,
      acceptances,
      sagas,
      words: wordsOf(logs.get('order.events')!),
      history: facts.history && { checkouts: facts.history },
    }),
    checkEvents({
      topics: topicsOf(facts),
      unreadable: [...logs.values()].flatMap((log) => log.unreadable),
      undeclared: undeclaredOf(facts),
    }),
    checkOrder(keysOf(logs.values())),
    checkEffectsOnce({
      consumers: consumersOf(facts, behind),
      deeds: facts.deeds,
      records: [...logs.values()].map((log) => log.ids()),
    }),
    checkSagaStories({ ...facts.stories, sagas: facts.stories.stories, held }),
    checkBounds(facts.sizes),
  ];
  return { sections, waiting };
}

function* topicsOf({ messaging, archives, logs }: Gathered): Generator<TopicIds> {
  for (const { name } of keptTopics) {
    const waiting = messaging.flatMap((each) =>
      each.unpublished.filter(({ topic }) => topic === name).map(({ message }) => message),
    );
    yield { topic: name, archived: archives.get(name)!, waiting: new Set(waiting), seen: logs.get(name)!.ids() };
  }
}

/** Those of the audit's own list, and whoever else has an inbox. */
function* consumersOf({ deeds, messaging, logs }: Gathered, behind: LivenessFacts['behind']): Generator<ConsumerFacts> {
  const names = new Set([...Object.keys(whoHearsWhat), ...deeds.flatMap(({ inboxes }) => [...inboxes.keys()])]);
  for (const consumer of names) {
    if (hearsCompacted.includes(consumer)) continue;
    const acts = whoHearsWhat[consumer];
    const mine = deeds.find(({ service }) => service === serviceOf(consumer));
    yield {
      consumer,
      acts,
      heard: Object.keys(acts ?? {}).map((topic) => logs.get(topic)!.byId()),
      inbox: mine?.inboxes.get(consumer) ?? [],
      parked: new Set(
        messaging.flatMap((each) =>
          each.parked.filter((one) => one.consumer === consumer).map(({ message }) => message),
        ),
      ),
      discarded: mine?.discarded.get(consumer) ?? new Set(),
      behind: new Set(behind.filter((each) => each.consumer === consumer).map(({ topic }) => topic)),
    };
  }
}

/** Each topic has one owner: an archive that holds others' was written by somebody who must not. */
const undeclaredOf = ({ messaging }: Gathered): { service: string; topic: string; rows: number }[] =>
  messaging.flatMap(({ service, archivedTopics }) =>
    archivedTopics
      .filter(({ topic }) => !keptTopics.some(({ name, owner }) => name === topic && owner === service))
      .map((each) => ({ service, ...each })),
  );

function* keysOf(logs: Iterable<RecordLog>): Generator<KeyRecords> {
  for (const log of logs) yield* log.byKey();
}

/** Told in the order in which they were said: whether they came in that order is another question (G6). */
function* wordsOf(log: RecordLog): Generator<OrderWords> {
  for (const records of log.byKey()) {
    const said = new Map(records.toSorted((a, b) => a.sequence - b.sequence).map(({ id, type }) => [id, type]));
    yield { orderId: records[0]!.key, types: [...said.values()] };
  }
}
