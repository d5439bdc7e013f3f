import { databaseServices } from '../../services.js';
import { gatherMemory, gatherSizes } from '../facts/size-facts.js';
import { checkBounds } from '../invariants/bounds.js';
import { section } from './audit-section.js';

export const bounds = section({
  id: 'G12',
  needs: databaseServices,
  gather: async (snapshots, { instances }) => {
    const { measured, silent } = await gatherMemory(instances);
    const sizes = await Promise.all(
      databaseServices.map((service) => gatherSizes(snapshots[service], service, instances)),
    );
    return { measurements: [...sizes.flat(), ...measured], silent };
  },
  check: ({ measurements }) => checkBounds(measurements),
  remarks: ({ silent }) => (silent.length === 0 ? [] : [`no answer about their memory from ${silent.join(', ')}`]),
});
