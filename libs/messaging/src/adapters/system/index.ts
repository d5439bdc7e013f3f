/** The machine's clock, timers and randomness. */
export { systemClock, systemPorts, systemRandomness, systemTimers } from './system.js';
