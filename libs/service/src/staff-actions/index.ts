/** The log of what staff did: who acts is read from the request, and the action is saved with the change. */
export { Acting, type ActingStaff } from './acting.js';
export { recordedAction, StaffActions, type StaffAction } from './staff-actions.js';
