/** The pages of the console. */
import { actionsScreen } from './actions/actions.screen.js';
import { deadLetterScreen } from './dead-letters/dead-letter.screen.js';
import { deadLetterGroupScreen, deadLettersScreen } from './dead-letters/dead-letters.screen.js';
import { effectsScreen } from './effects/effects.screen.js';
import { flowScreen } from './flow/flow.screen.js';
import { historyScreens } from './history/history.screen.js';
import { overviewScreen } from './overview/overview.screen.js';
import { replaysScreen } from './replays/replays.screen.js';
import { sagaScreen, sagasScreen } from './sagas/sagas.screen.js';
import type { AnyScreen } from './screen.js';

export const screens: readonly AnyScreen[] = [
  overviewScreen,
  deadLettersScreen,
  deadLetterGroupScreen,
  deadLetterScreen,
  sagasScreen,
  sagaScreen,
  ...historyScreens,
  flowScreen,
  effectsScreen,
  replaysScreen,
  actionsScreen,
];
