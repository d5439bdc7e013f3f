import type { Work } from '../run/work.js';
import type { Decoded } from './decode.js';

/** A record that can't be read is decided like any other, so that order, inbox and parked lanes hold for it as well. */
export const poisonedWork = (consumer: string, decoded: Decoded): Work => ({
  cause: decoded.id,
  lane: decoded.lane,
  consumer,
  load: {},
  input: decoded,
  decide: () => {
    throw decoded.poison!;
  },
});
