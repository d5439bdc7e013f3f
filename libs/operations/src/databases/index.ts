/** The databases of several services, for operations that read or change them directly. */
export { actingAs, type Database, type Databases, type OfService } from './databases.js';
export { OperatorError, Unreachable } from './errors.js';
