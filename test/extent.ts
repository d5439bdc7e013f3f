/**
 * `npm test` runs every kind of check with a small extent: few kills, few rounds, little trading. `npm run test:long` sets
 * TRADEWIND_LONG=1 and runs the same specs with the full extent.
 */
const long = process.env['TRADEWIND_LONG'] === '1';

export const byExtent = <T>(short: T, full: T): T => (long ? full : short);
