import { Counter, register } from 'prom-client';
import type { Outcomes } from '../handling/invocation.js';
import type { Committed } from '../handling/batch.js';
import type { RuntimePorts, UnpublishedRow } from '../ports/index.js';
import { SagaInstances, type SagaRow } from '../sagas/saga-instances.js';
import { Histogram } from './histogram.js';

const short = [0.005, 0.02, 0.05, 0.1, 0.5, 2, 10];
const long = [0.05, 0.2, 1, 5, 30, 120, 600];

const handling = new Histogram({
  name: 'tradewind_message_handling_seconds',
  help: 'Time of the transaction in which a message was handled, by group, type and outcome.',
  buckets: short,
});
const age = new Histogram({
  name: 'tradewind_message_age_seconds',
  help: 'Time from the decision that published a message until it was handled, by group.',
  buckets: long,
});
const publishing = new Histogram({
  name: 'tradewind_outbox_publish_seconds',
  help: 'Time from the decision that published a message until the broker acknowledged it.',
  buckets: short,
});
const effects = new Histogram({
  name: 'tradewind_effect_duration_seconds',
  help: 'Time of a call of an effect, by effect and outcome.',
  buckets: [0.01, 0.05, 0.2, 1, 3, 10, 30],
});
const sagas = new Histogram({
  name: 'tradewind_saga_duration_seconds',
  help: 'Time from the start of a saga to its end, by saga and outcome.',
  buckets: long,
});

const duplicatesName = 'tradewind_inbox_duplicates_total';

/** Registered once a process, for every module. */
export function registerEventMetrics(): void {
  for (const histogram of [handling, age, publishing, effects, sagas]) histogram.register(register);
  new Counter({
    name: duplicatesName,
    help: 'Messages that arrived again and were skipped, by group.',
    labelNames: ['service', 'group'],
  });
}

/** Metrics of what happens in one module. */
export class EventMetrics {
  constructor(
    private readonly service: string,
    private readonly ports: RuntimePorts,
  ) {}

  /** Messages of one group, type and outcome have taken the same time: they are counted together. */
  handled(outcomes: Outcomes, milliseconds: number): void {
    const { service } = this;
    const now = this.ports.clock.now().getTime();
    const counts = new Map<string, { group: string; type: string; outcome: string; times: number }>();
    for (const [{ consumer: group, name: type = 'unreadable', place }, { kind: outcome }] of outcomes) {
      if (group === undefined || outcome === 'deferred') continue;
      const key = `${group}\n${type}\n${outcome}`;
      const known = counts.get(key);
      if (known) known.times++;
      else counts.set(key, { group, type, outcome, times: 1 });
      if (outcome === 'done' && place?.createdAt !== undefined)
        age.observe({ service, group }, Math.max(0, now - place.createdAt) / 1_000);
    }
    for (const { group, type, outcome, times } of counts.values()) {
      handling.observe({ service, group, type, outcome }, milliseconds / 1_000, times);
      const duplicates = outcome === 'duplicate' ? times : 0;
      (register.getSingleMetric(duplicatesName) as Counter).inc({ service, group }, duplicates);
    }
  }

  committed({ changes }: Committed): void {
    for (const { table, row } of changes) {
      if (table !== SagaInstances.name || row === undefined) continue;
      const { saga, status: outcome, startedAt, updatedAt } = row as SagaRow;
      if (outcome === 'running' || outcome === 'compensating') continue;
      const seconds = (updatedAt.getTime() - startedAt.getTime()) / 1_000;
      sagas.observe({ service: this.service, saga, outcome }, seconds);
    }
  }

  published(rows: readonly UnpublishedRow[]): void {
    const now = this.ports.clock.now().getTime();
    for (const { occurredAt } of rows)
      publishing.observe({ service: this.service }, Math.max(0, now - occurredAt.getTime()) / 1_000);
  }

  called(effect: string, outcome: 'done' | 'failed', milliseconds: number): void {
    effects.observe({ service: this.service, effect, outcome }, milliseconds / 1_000);
  }
}
