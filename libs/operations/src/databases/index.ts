/** The databases of several services, for operations that read or change them directly. */
export type { Databases, OfService } from './databases.js';
export { OperatorError, Unreachable } from './errors.js';
