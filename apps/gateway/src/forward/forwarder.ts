import { Inject, Injectable } from '@nestjs/common';
import { Clock, problem, temporaryProblem, type Problem } from '@tradewind/service';
import { mayRetry } from '../domain/retry.js';
import { Upstreams, type Reachable } from '../discovery/upstreams.js';
import { GatewayConfig } from '../gateway.config.js';
import { GatewayMetrics } from '../metrics/gateway-metrics.js';
import type { Call, AttemptResult } from './call.js';
import { attempt } from './attempt.js';

/** Forwards a call to an instance of its service, and retries it on another one if that is safe. */
@Injectable()
export class Forwarder {
  constructor(
    private readonly upstreams: Upstreams,
    private readonly config: GatewayConfig,
    private readonly metrics: GatewayMetrics,
    @Inject(Clock) private readonly clock: Clock,
  ) {}

  /** Resolves when the client has its response. Throws a 502, 503 or 504 problem if nothing was sent to the client. */
  async forward(call: Call): Promise<void> {
    let target = this.upstreams.choose(call.service, call.session);
    if (!target)
      throw temporaryProblem(
        503,
        'unavailable',
        `no instance of ${call.service} can be reached at the moment: nothing was done, try again`,
        1,
      );
    for (let attempts = 1; ; attempts++) {
      if (target.upstream.inFlight >= this.config.CALLS_PER_INSTANCE)
        throw temporaryProblem(503, 'unavailable', `${call.service} is overloaded: nothing was done, try again`, 1);
      const other = attempts < 2 && call.idempotent ? this.#other(call, target) : undefined;
      const result = await attempt(call, target, this.clock, other !== undefined);
      if (result.kind === 'done') return;
      if (
        !mayRetry({ sent: result.kind !== 'unreachable' }, call.idempotent, attempts) ||
        result.kind === 'timed-out' ||
        result.kind === 'invalid'
      )
        throw problemOf(result, call);
      this.metrics.countRetry(call.service);
      target = this.#other(call, target) ?? target;
    }
  }

  #other(call: Call, excluded: Reachable): Reachable | undefined {
    return this.upstreams.choose(call.service, call.session, excluded.upstream);
  }
}

function problemOf(result: Exclude<AttemptResult, { kind: 'done' }>, { service, idempotent }: Call): Problem {
  switch (result.kind) {
    case 'invalid':
      return problem(400, 'invalid-request', "the request can't be forwarded: its target or a header is malformed");
    case 'timed-out':
      return problem(504, 'too-slow', `${service} did not answer in time: ${outcomeUnknown}`);
    case 'broken':
      return idempotent
        ? temporaryProblem(503, 'unavailable', `the connection to ${service} failed: try again`, 1)
        : problem(502, 'connection-broken', `the connection to ${service} failed: ${outcomeUnknown}`);
    case 'unreachable':
    case 'declined':
      return temporaryProblem(
        503,
        'unavailable',
        `${service} can't be reached at the moment: nothing was done, try again`,
        1,
      );
  }
}

const outcomeUnknown =
  'it is not known whether it was done; check before you try again, or send an Idempotency-Key where the description has it';
