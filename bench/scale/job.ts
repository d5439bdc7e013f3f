import { setTimeout as pause } from 'node:timers/promises';
import { Controller } from '@nestjs/common';
import {
  Handles,
  insert,
  Message,
  schedule,
  table,
  topic,
  type Decision,
  type Effect,
  type HandlerContext,
} from '@tradewind/messaging';
import { MessageRegistry } from '@tradewind/messaging/message';
import { IsInt, IsString } from 'class-validator';
import type { Call, Job } from './verify.js';

/** How many calls each consumer runs concurrently at most, and milliseconds of a call to the outside. */
export const effectConcurrency = 4;
export const callMs = 50;

export const jobType = 'bench.run-job';
export const jobTopic = topic('bench.commands', { owner: 'bench-caller', partitions: 24 });

@Message({ type: jobType, topic: jobTopic, key: 'owner' })
class RunJob {
  @IsString() readonly owner!: string;
  @IsInt() readonly number!: number;
}

interface CompletedJob extends Job {
  readonly jobId: string;
  readonly startedAt: number;
}
/** A row for each completed effect; the database adds the time and the order. */
const CompletedJobs = table<CompletedJob>('bench_completed', 'jobId', {
  jobId: 'uuid',
  owner: 'text',
  number: 'int4',
  startedAt: 'int8',
});
export const createCompletedJobs = `create table bench_completed (
  job_id uuid primary key, owner text not null, number int not null, started_at bigint not null,
  place bigint generated always as identity, completed_at timestamptz not null default clock_timestamp())`;

/** The service of the consumers, which are one group. */
export const service = {
  service: 'bench',
  contracts: new MessageRegistry([RunJob]),
  lockOrder: [CompletedJobs],
  effectConcurrency,
};

@Controller()
export class JobHandler {
  @Handles(RunJob, { load: {} })
  run({ owner, number }: RunJob): Decision {
    return schedule(SlowCall.called, owner, { owner, number });
  }
}

/** A call to the outside: it waits as for a remote answer, and reports its start. */
export class SlowCall implements Effect<Job, number> {
  static readonly called = 'call';
  readonly name = SlowCall.called;

  constructor(private readonly onStarted: (call: Call) => void) {}

  async run({ owner, number }: Job): Promise<number> {
    const at = Date.now();
    this.onStarted({ owner, number, at });
    await pause(callMs);
    return at;
  }

  settle({ owner, number }: Job, startedAt: number, { newId }: HandlerContext<Record<never, never>>): Decision {
    return insert(CompletedJobs, { jobId: newId(), owner, number, startedAt });
  }
}
