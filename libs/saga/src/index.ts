export * from './advance.js';
export * from './declared-transitions.js';
export * from './duration.js';
export { alarmAfter } from './patience.js';
export * from './retell.js';
export * from './said.js';
export * from './saga.js';
export * from './state.js';
export * from './story.js';
