import { databaseServices } from '../../services.js';
import { gatherActionLog } from '../facts/action-log-facts.js';
import { checkActionLogs } from '../invariants/action-log.js';
import { section } from './audit-section.js';

export const actionLog = section({
  id: 'G11',
  needs: databaseServices,
  gather: async (snapshots) =>
    (await Promise.all(databaseServices.map((service) => gatherActionLog(snapshots[service], service)))).flat(),
  check: checkActionLogs,
});
