import type { RecoveryProgress } from '../recovery/index.js';
import type { Progress } from '../replay/index.js';

export const replayProgressLine = ({ read, of, rate, secondsLeft }: Progress): string =>
  `${read} of ${of} records, ${Math.round(rate)}/s${Number.isFinite(secondsLeft) ? `, ${Math.ceil(secondsLeft)} s left` : ''}`;

export const recoveryProgressLine = ({ step, done, of, perSecond, secondsLeft }: RecoveryProgress): string =>
  `${step}: ${done}${of === undefined ? '' : ` of ${of}`}, ${perSecond}/s${secondsLeft === undefined ? '' : `, ${secondsLeft} s left`}`;
