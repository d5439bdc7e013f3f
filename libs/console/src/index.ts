/** The operator's console in the browser, as a Nest module. */
export type { Access, LogInRefused, OwnAuthentication, OwnLogIn } from './access/access.js';
export { roles, type Operator, type Role } from './access/operator.js';
export { ConsoleModule } from './module/console.module.js';
export type { ConsoleOptions } from './module/console.options.js';
export type { LastAudit } from './readings/readings.js';
export type { FoundSubject, Search } from './screens/search/search.js';
