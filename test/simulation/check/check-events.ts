import { groupBy } from '@tradewind/kernel';
import { simulatedServices } from '../scenario/simulated-services.js';
import type { FinalState, Violation } from './final-state.js';

/** Committed messages are on their topics and vice versa; each key is in one partition, in order and without gaps. */
export function checkEvents({ messaging, records }: FinalState): Violation[] {
  const archived = new Set(simulatedServices.flatMap((name) => messaging[name].archive.map(({ id }) => id)));
  const published = new Set(records.map(({ id }) => id));
  return [
    ...simulatedServices
      .filter((name) => messaging[name].unpublished > 0)
      .map((name) => `events: ${messaging[name].unpublished} messages of ${name} were not published`),
    ...[...archived].filter((id) => !published.has(id)).map((id) => `events: ${id} is in the archive and on no topic`),
    ...[...published]
      .filter((id) => !archived.has(id))
      .map((id) => `events: ${id} is on its topic and was not committed`),
    ...[...groupBy(records, ({ topic, key }) => `${topic} ${key}`)].flatMap(([orderingKey, all]): Violation[] => {
      const unique = all.filter(({ id }, at) => all.findIndex((each) => each.id === id) === at);
      const inOrder = unique.every(({ sequence }, at) => sequence === BigInt(at + 1));
      return [
        ...(inOrder
          ? []
          : [`events: ${orderingKey} has the sequences ${unique.map(({ sequence }) => sequence).join(', ')}`]),
        ...(new Set(all.map(({ partition }) => partition)).size === 1
          ? []
          : [`events: ${orderingKey} is in several partitions`]),
      ];
    }),
  ];
}

/** Each consumer has handled exactly the messages of its types, and has published each resulting message once. */
export function checkEffectsOnce({ messaging, records, consumers }: FinalState): Violation[] {
  return [
    ...consumers.flatMap(({ service, group, types }) => {
      const expected = new Set(records.filter(({ type }) => types.has(type)).map(({ id }) => id));
      const handled = new Set(
        messaging[service].inbox.filter(({ consumer }) => consumer === group).map(({ id }) => id),
      );
      return [
        ...[...expected].filter((id) => !handled.has(id)).map((id) => `once: ${group} did not handle ${id}`),
        ...[...handled]
          .filter((id) => !expected.has(id))
          .map((id) => `once: ${group} handled ${id}, which is not of its types`),
      ];
    }),
    ...simulatedServices.flatMap((name) =>
      [
        ...groupBy(
          messaging[name].archive,
          ({ causation, type, key }) => `${type} about ${key}, caused by ${causation}`,
        ),
      ]
        .filter(([, all]) => all.length > 1)
        .map(([what, all]) => `once: ${name} published ${all.length} times ${what}`),
    ),
    ...simulatedServices
      .filter((name) => messaging[name].pendingEffects > 0)
      .map((name) => `once: ${messaging[name].pendingEffects} effects of ${name} were not finished`),
    ...simulatedServices
      .filter((name) => messaging[name].deadLetters > 0)
      .map((name) => `once: ${messaging[name].deadLetters} messages of ${name} are dead-lettered`),
  ];
}
