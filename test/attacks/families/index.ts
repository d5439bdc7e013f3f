/** The families of attacks, in the order in which they run. Each is one entry. */
import type { Attack } from '../attack.js';
import { functionLevel, objectLevel } from './access.js';
import { emailEnumeration, mailedTokens } from './addresses.js';
import { bodyBombs, massAssignment } from './bodies.js';
import { smuggling, spoofedHeaders } from './headers.js';
import { injection } from './injection.js';
import { forgedTokens } from './tokens.js';

export const families: readonly Attack[] = [
  functionLevel,
  objectLevel,
  massAssignment,
  forgedTokens,
  emailEnumeration,
  mailedTokens,
  bodyBombs,
  injection,
  spoofedHeaders,
  smuggling,
];
