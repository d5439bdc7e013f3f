import { Inject, Injectable } from '@nestjs/common';
import { Clock, problem, problemForNow, type Problem } from '@tradewind/service';
import { mayTryAgain } from '../domain/retry.js';
import { Upstreams, type Reachable } from '../discovery/upstreams.js';
import { GatewayConfig } from '../gateway.config.js';
import { Traffic } from '../metrics/traffic.js';
import type { Call, TryEnd } from './call.js';
import { tryOnce } from './try-once.js';

/** Passes a call on to an instance of its service, and to another one where that is harmless. */
@Injectable()
export class Forwarder {
  constructor(
    private readonly upstreams: Upstreams,
    private readonly config: GatewayConfig,
    private readonly traffic: Traffic,
    @Inject(Clock) private readonly clock: Clock,
  ) {}

  /** Resolves when the client has its answer. Throws a 502, 503 or 504 problem while it has nothing. */
  async forward(call: Call): Promise<void> {
    let to = this.upstreams.choose(call.service, call.session);
    if (!to)
      throw problemForNow(
        503,
        'unavailable',
        `no instance of ${call.service} can be reached at the moment: nothing was done, try again`,
        1,
      );
    for (let tries = 1; ; tries++) {
      if (to.upstream.inFlight >= this.config.CALLS_PER_INSTANCE)
        throw problemForNow(503, 'unavailable', `${call.service} has too much to do: nothing was done, try again`, 1);
      const another = tries < 2 && call.repeatable ? this.#another(call, to) : undefined;
      const end = await tryOnce(call, to, this.clock, another !== undefined);
      if (end.kind === 'done') return;
      if (
        !mayTryAgain({ sent: end.kind !== 'unreachable' }, call.repeatable, tries) ||
        end.kind === 'late' ||
        end.kind === 'unsendable'
      )
        throw problemOf(end, call);
      this.traffic.triedAgain(call.service);
      to = this.#another(call, to) ?? to;
    }
  }

  #another(call: Call, but: Reachable): Reachable | undefined {
    return this.upstreams.choose(call.service, call.session, but.upstream);
  }
}

function problemOf(end: Exclude<TryEnd, { kind: 'done' }>, { service, repeatable }: Call): Problem {
  switch (end.kind) {
    case 'unsendable':
      return problem(
        400,
        'invalid-request',
        "the request can't be passed on: its target or a header is not of its form",
      );
    case 'late':
      return problem(504, 'too-slow', `${service} did not answer in time: ${doubt}`);
    case 'broken':
      return repeatable
        ? problemForNow(503, 'unavailable', `the connection to ${service} broke: try again`, 1)
        : problem(502, 'connection-broken', `the connection to ${service} broke: ${doubt}`);
    case 'unreachable':
    case 'declined':
      return problemForNow(
        503,
        'unavailable',
        `${service} can't be reached at the moment: nothing was done, try again`,
        1,
      );
  }
}

const doubt = 'whether it was done is not known; look before you try again, or send an Idempotency-Key';
