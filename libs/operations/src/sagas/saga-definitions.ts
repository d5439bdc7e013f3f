import { groupBy } from '@tradewind/kernel';
import type { SagaDescription, StepDescription } from '@tradewind/messaging/internals';
import { queryAll, type Databases, type OfService } from '../databases/databases.js';

/** Open instances of a saga at one step. */
export interface StepCount {
  readonly step: string;
  readonly status: 'running' | 'compensating';
  readonly count: number;
  readonly stuck: number;
  /** When the oldest of them came to this step, or tried it last. */
  readonly since: Date;
}

/** A version of a saga, and where its open instances are. */
export interface SagaDefinition extends Pick<SagaDescription, 'version'> {
  readonly saga: string;
  readonly steps: readonly StepDescription[];
  readonly open: readonly StepCount[];
}

const definitions = `
select s->>'name' as saga, (s->>'version')::int as version, s->'steps' as steps
from (select description from msg_descriptions order by seen_at desc, hash limit 1) d, jsonb_array_elements(d.description->'sagas') s order by 1, 2 desc`;
const counts = `
select saga, version, state->>'step' as step, status, count(*)::int as count, count(*) filter (where stuck)::int as stuck, min(updated_at) as since
from msg_sagas where status in ('running', 'compensating') group by 1, 2, 3, 4`;

/** The sagas of all services with their steps, and how many instances are at each. */
export async function sagaDefinitions(databases: Databases): Promise<OfService<SagaDefinition>[]> {
  const described = await queryAll<Omit<SagaDefinition, 'open'>>(databases, definitions);
  const rows = await queryAll<StepCount & Pick<SagaDefinition, 'saga' | 'version'>>(databases, counts);
  const open = groupBy(rows, ({ service, saga, version }) => `${service} ${saga} ${version}`);
  return described.map((each) => ({
    ...each,
    open: (open.get(`${each.service} ${each.saga} ${each.version}`) ?? []).map(
      ({ step, status, count, stuck, since }) => ({
        ...{ step, status, count, stuck, since },
      }),
    ),
  }));
}
