import { describe, expect, it } from '@jest/globals';
import type { OfService } from '../databases/databases.js';
import type { DeadLetter } from './dead-letter.js';
import { EffectDeadLetters } from './effect-dead-letters.js';

describe('the dead letter of an effect', () => {
  it('keeps its payload when the new one is not JSON', () =>
    expect(
      new EffectDeadLetters({}).edit({} as OfService<DeadLetter>, '{"half', { reason: 'a test', thenRedrive: true }),
    ).rejects.toThrow('the payload of an effect must be JSON'));
});
