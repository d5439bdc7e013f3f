import { beforeEach, describe, expect, it } from '@jest/globals';
import { systemTimers } from '../system.js';
import { Positions } from './positions.js';

const place = { topic: 'stock.events', partition: 2 };
const record = (offset: bigint) => ({ ...place, offset });

describe('a partition that is shared out anew while records of it wait', () => {
  let positions: Positions;
  beforeEach(() => {
    positions = new Positions('these', systemTimers);
    for (const offset of [7n, 8n, 9n]) positions.begin(record(offset));
    positions.finish(record(7n));
  });

  it('is gone back to where it was done, when the next record was fetched before', () => {
    positions.forget([place]);
    expect(positions.hole(record(10n))).toBe(8n);
  });
  it('is gone back to only once: what is not there any more is not waited for', () => {
    positions.forget([place]);
    positions.hole(record(10n));
    expect(positions.hole(record(10n))).toBeUndefined();
  });
  it('goes on where it was done', () => {
    positions.forget([place]);
    expect(positions.hole(record(8n))).toBeUndefined();
  });
  it('is remembered over a second sharing before its next record', () => {
    positions.forget([place]);
    positions.forget([place]);
    expect(positions.hole(record(10n))).toBe(8n);
  });
  it('is gone back to where its next record has to wait, whatever comes instead', () => {
    positions.forget([place]);
    positions.wait(record(8n));
    positions.forget([place]);
    expect(positions.hole(record(8n))).toBeUndefined();
    expect(positions.hole(record(10n))).toBe(8n);
  });
  it('is forgotten once others have had it', () => {
    positions.forget([]);
    positions.forget([place]);
    expect(positions.hole(record(100n))).toBeUndefined();
  });
});
