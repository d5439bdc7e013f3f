import { groupBy } from '@tradewind/kernel';
import { consumers } from '../shop/consumers.js';
import { serviceNames } from '../shop/services.js';
import type { Facts, Violation } from './facts.js';

/** What was committed is on its topic and the other way round; each key in one partition, in its order and without a gap. */
export function checkEvents({ library, records }: Facts): Violation[] {
  const archived = new Set(serviceNames.flatMap((name) => library[name].archive.map(({ id }) => id)));
  const published = new Set(records.map(({ id }) => id));
  return [
    ...serviceNames
      .filter((name) => library[name].unpublished > 0)
      .map((name) => `events: ${library[name].unpublished} of ${name} were never published`),
    ...[...archived].filter((id) => !published.has(id)).map((id) => `events: ${id} was archived and is on no topic`),
    ...[...published]
      .filter((id) => !archived.has(id))
      .map((id) => `events: ${id} is on its topic and was never committed`),
    ...[...groupBy(records, ({ topic, key }) => `${topic} ${key}`)].flatMap(([lane, all]): Violation[] => {
      const once = all.filter(({ id }, at) => all.findIndex((each) => each.id === id) === at);
      const inOrder = once.every(({ sequence }, at) => sequence === BigInt(at + 1));
      return [
        ...(inOrder ? [] : [`events: ${lane} goes ${once.map(({ sequence }) => sequence).join(', ')}`]),
        ...(new Set(all.map(({ partition }) => partition)).size === 1
          ? []
          : [`events: ${lane} is in several partitions`]),
      ];
    }),
  ];
}

/** Each consumer has acted on just the messages that are meant for it, and has said no more than once what one message made it say. */
export function checkEffectsOnce({ library, records }: Facts): Violation[] {
  return [
    ...consumers.flatMap(({ service, group, types }) => {
      const meant = new Set(records.filter(({ type }) => types.has(type)).map(({ id }) => id));
      const handled = new Set(library[service].inbox.filter(({ consumer }) => consumer === group).map(({ id }) => id));
      return [
        ...[...meant].filter((id) => !handled.has(id)).map((id) => `once: ${group} never handled ${id}`),
        ...[...handled]
          .filter((id) => !meant.has(id))
          .map((id) => `once: ${group} handled ${id}, which was not for it`),
      ];
    }),
    ...serviceNames.flatMap((name) =>
      [...groupBy(library[name].archive, ({ causation, type, key }) => `${type} about ${key}, caused by ${causation}`)]
        .filter(([, all]) => all.length > 1)
        .map(([what, all]) => `once: ${name} said ${all.length} times ${what}`),
    ),
    ...serviceNames
      .filter((name) => library[name].openEffects > 0)
      .map((name) => `once: ${library[name].openEffects} effects of ${name} were never settled`),
    ...serviceNames
      .filter((name) => library[name].parked > 0)
      .map((name) => `once: ${library[name].parked} messages of ${name} are parked`),
  ];
}
