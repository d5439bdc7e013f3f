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

/** The consumer group, and how many calls each consumer runs concurrently at most. */
export const group = 'bench';
export const effectConcurrency = 4;
/** Milliseconds of a call to the outside. */
export const callMs = 50;

export const jobType = 'bench.run-job';
export const jobTopic = topic('bench.commands', { owner: 'bench-caller', partitions: 24 });

/** A job of an owner. The jobs of one owner are numbered, and run one after another. */
export interface Job {
  readonly owner: string;
  readonly number: number;
}

/** The start of a call, in milliseconds of the clock of the machine. */
export interface Call extends Job {
  readonly at: number;
}

/** What a consumer has done since its last report. */
export class ConsumerReport {
  /** Its assigned partitions, after a rebalance. */
  partitions: number | undefined;
  /** Received records, as `partition@offset`, and when they were received. */
  readonly records: string[] = [];
  readonly receivedAt: number[] = [];
  readonly calls: Call[] = [];
  completed = 0;

  get isEmpty(): boolean {
    return this.partitions === undefined && this.records.length + this.calls.length + this.completed === 0;
  }
}

@Message({ type: jobType, topic: jobTopic, key: 'owner' })
export class RunJob {
  @IsString() readonly owner!: string;
  @IsInt() readonly number!: number;
}

export const contracts = new MessageRegistry([RunJob]);

interface CompletedJob extends Job {
  readonly jobId: string;
  readonly startedAt: number;
}
/** A row for each completed effect; the database adds the time and the order. */
export const CompletedJobs = table<CompletedJob>('bench_completed', 'jobId', {
  jobId: 'uuid',
  owner: 'text',
  number: 'int4',
  startedAt: 'int8',
});

export const createCompletedJobs = `create table bench_completed (
  job_id uuid primary key, owner text not null, number int not null, started_at bigint not null,
  place bigint generated always as identity, completed_at timestamptz not null default clock_timestamp())`;

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
