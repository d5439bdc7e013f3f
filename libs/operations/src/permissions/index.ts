/** Which permissions a service and a tool need at the brokers, and the same as commands of Kafka. */
export { aclCommands } from './acl-commands.js';
export { permissionsOfReader, permissionsOfService, type ConnectedService } from './permissions.js';
