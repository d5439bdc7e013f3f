import { existsSync, readFileSync } from 'node:fs';
import type { ContenderName } from './contenders/contender.js';
import type { FaultName } from './faults.js';
import type { Outcome } from './run-fault.js';
import type { Round } from './speed.js';

/** Everything that the page shows. */
export interface Results {
  readonly machine: string;
  readonly versions: string;
  readonly faults: Partial<Record<FaultName, FaultResult>>;
  readonly speed?: SpeedResult | undefined;
  /** Contenders that could not be fetched, with the reason. */
  readonly notRun: Partial<Record<ContenderName, string>>;
}

export interface FaultResult {
  readonly date: string;
  /** Load average of the machine afterwards. */
  readonly machineLoad: number;
  readonly outcomes: Partial<Record<ContenderName, Outcome>>;
}

export interface SpeedResult {
  readonly date: string;
  readonly events: number;
  readonly rounds: Partial<Record<ContenderName, readonly Round[]>>;
}

/** The results of an earlier run; nothing where there is none. */
export const readResults = (file: string): Results | undefined =>
  existsSync(file) ? (JSON.parse(readFileSync(file, 'utf8')) as Results) : undefined;

/** What was measured now replaces what an earlier run says about the same fault and contender. */
export function merged(earlier: Results | undefined, now: Results): Results {
  if (!earlier) return now;
  const faults = { ...earlier.faults };
  for (const [name, { outcomes, ...conditions }] of Object.entries(now.faults) as [FaultName, FaultResult][])
    faults[name] = { ...conditions, outcomes: { ...faults[name]?.outcomes, ...outcomes } };
  return { ...now, faults, speed: now.speed ?? earlier.speed };
}
