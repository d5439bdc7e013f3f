import { databaseServices } from '../../services.js';
import type { IdList } from '../facts/id-list.js';
import { gatherArchive, type MessagingFacts } from '../facts/messaging-facts.js';
import { logOf, type ShopFacts } from '../facts/shop-facts.js';
import { archivedTopics } from '../facts/topics.js';
import { checkEvents, type TopicIds } from '../invariants/events.js';
import { section } from './audit-section.js';

export const events = section({
  id: 'G5',
  needs: databaseServices,
  gather: async (snapshots, _, log) => {
    const archives = new Map<string, IdList>();
    for (const { name, owner } of archivedTopics()) {
      const ids = await gatherArchive(snapshots[owner], name);
      archives.set(name, ids);
      if (ids.length > 50_000) log(`reading the archives: ${name}, ${ids.length} messages`);
    }
    return archives;
  },
  check: (archives, shop) =>
    checkEvents({
      topics: topicsOf(archives, shop),
      unreadable: [...shop.logs.values()].flatMap((log) => log.unreadable),
      undeclared: undeclaredOf(shop.messaging),
    }),
});

function* topicsOf(archives: ReadonlyMap<string, IdList>, { messaging, logs }: ShopFacts): Generator<TopicIds> {
  for (const [topic, archived] of archives) {
    const unpublished = messaging.flatMap((each) =>
      each.unpublished.filter((row) => row.topic === topic).map(({ message }) => message),
    );
    yield { topic, archived, unpublished: new Set(unpublished), onTopic: logOf(logs, topic).ids() };
  }
}

/** Each topic has one owner: only its archive may have the topic. */
const undeclaredOf = (messaging: readonly MessagingFacts[]): { service: string; topic: string; rows: number }[] =>
  messaging.flatMap(({ service, archivedTopics: found }) =>
    found
      .filter(({ topic }) => !archivedTopics().some(({ name, owner }) => name === topic && owner === service))
      .map(({ topic, rows }) => ({ service, topic, rows })),
  );
