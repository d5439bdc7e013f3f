import { gatherSagas } from '../facts/saga-facts.js';
import { checkSagas } from '../invariants/sagas.js';
import { section } from './audit-section.js';

export const sagas = section({
  id: 'G9',
  needs: ['order', 'product', 'payment'],
  gather: (snapshots) => gatherSagas(snapshots),
  check: (facts, { waiting }) => checkSagas({ ...facts, waiting }),
});
