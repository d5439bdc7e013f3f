import type { Provider } from '@nestjs/common';
import type * as kernel from '@tradewind/kernel';
import {
  systemClock,
  systemRandomness,
  systemTimers,
  type RuntimePorts as Ports,
} from '@tradewind/messaging/internals';

/** Injection tokens and types of the ports to time and randomness. */
export const Clock = Symbol('Clock');
export type Clock = kernel.Clock;
export const Timers = Symbol('Timers');
export type Timers = kernel.Timers;
export const Randomness = Symbol('Randomness');
export type Randomness = kernel.Randomness;
/** All three. */
export const RuntimePorts = Symbol('RuntimePorts');
export type RuntimePorts = Ports;

export const runtimePortProviders: Provider[] = [
  { provide: Clock, useValue: systemClock },
  { provide: Timers, useValue: systemTimers },
  { provide: Randomness, useValue: systemRandomness },
  {
    provide: RuntimePorts,
    inject: [Clock, Timers, Randomness],
    useFactory: (clock: Clock, timers: Timers, randomness: Randomness): RuntimePorts => ({ clock, timers, randomness }),
  },
];
