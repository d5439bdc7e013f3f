import { databaseServices, type DatabaseService } from '../../../tools/services.js';

/** Every service with a database except user, whose work is HTTP, passwords and encrypted fields: none of them is simulated. */
export type SimulatedService = Exclude<DatabaseService, 'user'>;

export const simulatedServices: readonly SimulatedService[] = databaseServices.filter((name) => name !== 'user');

/** A value for each simulated service. */
export const perSimulated = <T>(valueOf: (service: SimulatedService) => T): Record<SimulatedService, T> =>
  Object.fromEntries(simulatedServices.map((name) => [name, valueOf(name)])) as Record<SimulatedService, T>;
