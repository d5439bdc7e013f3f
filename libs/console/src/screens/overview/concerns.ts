import type { DeadLetterGroup, OfService, Saga } from '@tradewind/operations';
import { clipped, counted, type Kind } from '../../html/elements.js';
import { pathOf } from '../../paths/paths.js';
import { keysRead } from '../dead-letters/reading.js';
import type { Lag } from '../flow/lag.js';

/** Something that a person should look at. */
export interface Concern {
  readonly kind: Kind;
  readonly label: string;
  readonly what: string;
  readonly detail: string;
  readonly since: Date | null;
  /** Of the screen that shows it. */
  readonly path: string;
}

/** Below it a consumer catches up before a person could look. */
const lagThatMatters = 1_000;

/** What needs a person, the oldest first: groups of dead letters, stuck sagas, consumers that are far behind. */
export function concernsOf(
  groups: readonly DeadLetterGroup[],
  stuck: readonly OfService<Saga>[],
  lags: readonly Lag[],
): Concern[] {
  const concerns: Concern[] = [
    ...groups.map(({ id, service, consumer, type, cause, reason, keys, messages, since }) => ({
      kind: 'bad' as const,
      label: counted(keys.length, 'key', keysRead),
      what: `${cause}: ${clipped(reason)}`,
      detail: [
        service === consumer ? consumer : `${service} · ${consumer}`,
        type ?? 'no type',
        counted(messages, 'message'),
      ].join(' · '),
      since,
      path: pathOf('dead-letters', id),
    })),
    ...stuck.map(({ saga, status, step, attempt, subject, startedAt }) => ({
      kind: 'bad' as const,
      label: 'stuck',
      what: `${saga} waits for ${status === 'compensating' ? 'the compensation of ' : ''}${step}, attempt ${attempt}`,
      detail: subject,
      since: startedAt,
      path: pathOf('correlations', subject),
    })),
    ...lags
      .filter(({ records }) => records >= lagThatMatters)
      .map(({ group, topic, records, since }) => ({
        kind: 'warn' as const,
        label: 'lag',
        what: `${group} is ${counted(records, 'record')} behind`,
        detail: topic,
        since,
        path: '/flow',
      })),
  ];
  return concerns.toSorted((a, b) => (a.since?.getTime() ?? Infinity) - (b.since?.getTime() ?? Infinity));
}
