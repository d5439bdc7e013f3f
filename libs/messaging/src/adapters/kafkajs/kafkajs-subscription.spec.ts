import { describe, expect, it } from '@jest/globals';
import kafkajs from 'kafkajs';
import { hasNoCoordinator } from './kafkajs-subscription.js';

/** The error of kafkajs, which does not export its class. `wrapped`: as kafkajs throws it after its last retry. */
const missing = Object.assign(new Error('Failed to find group coordinator'), {
  name: 'KafkaJSGroupCoordinatorNotFound',
});
const wrapped = (cause: Error): Error => Object.assign(new kafkajs.KafkaJSNonRetriableError(cause.message), { cause });

describe('a consumer that kafkajs ended', () => {
  it('is opened again when no broker knew its coordinator', () =>
    expect([missing, wrapped(missing), wrapped(wrapped(missing))].map(hasNoCoordinator)).toEqual([true, true, true]));
  it('is a fatal error for any other reason', () =>
    expect([new Error('no'), wrapped(new Error('not allowed'))].map(hasNoCoordinator)).toEqual([false, false]));
});
