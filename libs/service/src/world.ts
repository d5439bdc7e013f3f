import type * as kernel from '@tradewind/kernel';
import { systemClock, systemRandomness, systemTimers } from '@tradewind/messaging';
import type { Provider } from '@nestjs/common';

/** Injection tokens and types of the ports to time and chance. */
export const Clock = Symbol('Clock');
export type Clock = kernel.Clock;
export const Timers = Symbol('Timers');
export type Timers = kernel.Timers;
export const Randomness = Symbol('Randomness');
export type Randomness = kernel.Randomness;

export const worldProviders: Provider[] = [
  { provide: Clock, useValue: systemClock },
  { provide: Timers, useValue: systemTimers },
  { provide: Randomness, useValue: systemRandomness },
];
