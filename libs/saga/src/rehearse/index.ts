export * from './every-step.js';
export * from './rehearsal.js';
export * from './rehearse.js';
