/** What an operator can do in the console. */
import type { AnyAction } from './plan.js';
import { redrive } from './redrive.action.js';
import { sagaActions } from './saga.action.js';

export const actions: readonly AnyAction[] = [redrive, ...sagaActions];
