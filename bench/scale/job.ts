import { setTimeout as pause } from 'node:timers/promises';
import { Controller } from '@nestjs/common';
import {
  Catalogue,
  Handles,
  insert,
  Message,
  perform,
  table,
  topic,
  type Decision,
  type Effect,
  type Given,
} from '@tradewind/messaging';
import { IsInt, IsString } from 'class-validator';

/** The consumers' group, and how many calls each of them has under way at most, however many consumers there are. */
export const group = 'bench';
export const abreast = 4;
/** Milliseconds that a call takes: somebody else's time, not ours. */
export const callMs = 50;

export const jobs = topic('bench.commands', { owner: 'bench-caller', partitions: 24 });

/** Something to be done outside for an owner; his jobs are numbered, and done one after another. */
@Message({ type: 'bench.do', topic: jobs, key: 'owner' })
export class DoJob {
  @IsString() readonly owner!: string;
  @IsInt() readonly number!: number;
}

export const contracts = new Catalogue([DoJob]);

interface Job {
  readonly owner: string;
  readonly number: number;
}

interface DoneJob extends Job {
  readonly doneId: string;
  readonly beganAt: number;
}
/** A row an effect that was settled; the database adds when, and in which order. */
export const DoneJobs = table<DoneJob>('bench_done', 'doneId', {
  doneId: 'uuid',
  owner: 'text',
  number: 'int4',
  beganAt: 'int8',
});

export const doneJobs = `create table bench_done (
  done_id uuid primary key, owner text not null, number int not null, began_at bigint not null,
  place bigint generated always as identity, done_at timestamptz not null default clock_timestamp())`;

@Controller()
export class JobHandler {
  @Handles(DoJob)
  take({ owner, number }: DoJob): Decision {
    return perform(Call.called, owner, { owner, number });
  }
}

/** The call to the outside: it waits, as for an answer from far away, and tells that it was made. */
export class Call implements Effect<Job, number> {
  static readonly called = 'call';
  readonly name = Call.called;

  constructor(private readonly tell: (called: Job & { readonly at: number }) => void) {}

  async run({ owner, number }: Job): Promise<number> {
    const at = Date.now();
    this.tell({ owner, number, at });
    await pause(callMs);
    return at;
  }

  settle({ owner, number }: Job, beganAt: number, { id }: Given<Record<never, never>>): Decision {
    return insert(DoneJobs, { doneId: id(), owner, number, beganAt });
  }
}
