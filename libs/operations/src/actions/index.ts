/** The log of what staff and operators did: its hash chain, its export, and the check of both. */
export { ActionChain, exportLine, readExportLine, type ExportedAction, type LoggedAction } from './action-chain.js';
export { loggedActions, verifyActions, type ActionPeriod, type VerifiedActions } from './action-log.js';
