import type { HistoryEntry, OfService, Saga, SagaDefinition, SubjectHistory } from '@tradewind/operations';

/** Something that happened, as a bar in the track of its service. */
export interface Bar {
  readonly id: string | null;
  readonly service: string;
  readonly name: string;
  readonly kind: 'done' | 'failed' | 'running';
  readonly from: Date;
  readonly to: Date | null;
  /** Where the bar is that caused this one. */
  readonly cause: number | null;
  /** How often the same happened before in this track: a repeated command has 2. */
  readonly attempt: number;
  /** Seconds without anything before it, where these are left out. */
  readonly idle: number | null;
}

/** What can still happen, on one of the ways on. */
export interface Way {
  readonly title: string;
  readonly by: Date | null;
  readonly steps: readonly string[];
}

export interface Tracks {
  readonly services: readonly string[];
  readonly bars: readonly Bar[];
  readonly ways: readonly Way[];
}

const idleAfterMs = 5_000;

/** The history of a subject as tracks, one a service, in the order in which they took part. */
export function tracksOf(
  { entries, sagas }: Pick<SubjectHistory, 'entries' | 'sagas'>,
  definitions: readonly OfService<SagaDefinition>[],
): Tracks {
  const shown = entries.filter(
    ({ kind }) => kind === 'message' || kind === 'effect scheduled' || kind === 'dead letter',
  );
  const ends = new Map(entries.filter(({ kind }) => kind === 'effect ended').map(({ id, at }) => [id, at]));
  const bars: Bar[] = [];
  for (const [index, entry] of shown.entries()) {
    const { id, service, name, at, causation } = entry;
    const before = shown[index - 1];
    const silentMs = before ? at.getTime() - before.at.getTime() : 0;
    const cause = bars.findLastIndex((bar) => bar.id !== null && bar.id === causation);
    bars.push({
      ...{ id, service, name: name ?? 'a message', kind: kindOf(entry, ends), from: at },
      to: entry.kind === 'effect scheduled' ? (ends.get(id) ?? null) : at,
      cause: cause < 0 ? null : cause,
      attempt: bars.filter((bar) => bar.service === service && bar.name === name).length + 1,
      idle: silentMs >= idleAfterMs ? Math.round(silentMs / 1_000) : null,
    });
  }
  return {
    services: [...new Set(bars.map(({ service }) => service))],
    bars,
    ways: sagas.flatMap((saga) => waysOf(saga, definitions)),
  };
}

function kindOf({ id, kind }: HistoryEntry, ends: ReadonlyMap<string | null, Date>): Bar['kind'] {
  if (kind === 'dead letter') return 'failed';
  return kind === 'effect scheduled' && !ends.has(id) ? 'running' : 'done';
}

const compensate = (step: string): string => `compensate ${step}`;

/** How an open saga can go on: if its step succeeds, and if it does not. */
export function waysOf(saga: OfService<Saga>, definitions: readonly OfService<SagaDefinition>[]): Way[] {
  if (saga.step === null) return [];
  const { step, dueAt } = saga;
  if (saga.status === 'compensating')
    return [{ title: 'compensates', by: dueAt, steps: saga.toCompensate.map(compensate) }];
  const definition = definitions.find((each) => each.saga === saga.saga && each.version === saga.version);
  const steps = definition?.steps ?? [];
  const at = steps.findIndex(({ name }) => name === step);
  const next = { title: `if "${step}" succeeds`, by: null, steps: steps.slice(at + 1).map(({ name }) => name) };
  if (saga.committed) return [next, { title: 'if not, again', by: dueAt, steps: [step] }];
  const compensated = steps.slice(0, at + 1).flatMap((entry) => (entry.compensated === undefined ? [] : [entry.name]));
  return [next, { title: 'if not', by: dueAt, steps: compensated.toReversed().map(compensate) }];
}
