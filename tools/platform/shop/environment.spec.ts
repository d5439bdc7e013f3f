import { describe, expect, it } from '@jest/globals';
import { withLittleMemory } from './environment.js';

describe('the memory of a service', () => {
  it('is little where nothing is said', () => {
    expect(withLittleMemory({ PORT: '1' })).toEqual({
      PORT: '1',
      MALLOC_ARENA_MAX: '1',
      NODE_OPTIONS: '--max-old-space-size=384 --max-semi-space-size=8',
    });
  });

  it('is what whoever starts it says: of two numbers Node takes the last', () => {
    expect(withLittleMemory({ NODE_OPTIONS: '--max-old-space-size=4096', MALLOC_ARENA_MAX: '4' })).toEqual({
      MALLOC_ARENA_MAX: '4',
      NODE_OPTIONS: '--max-old-space-size=384 --max-semi-space-size=8 --max-old-space-size=4096',
    });
  });
});
