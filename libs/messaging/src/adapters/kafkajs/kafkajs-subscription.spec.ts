import { describe, expect, it } from '@jest/globals';
import kafkajs from 'kafkajs';
import { hasNoCoordinator } from './kafkajs-subscription.js';

/** As kafkajs makes it, which keeps the class to itself, and as it wraps what it does not try again. */
const missing = Object.assign(new Error('Failed to find group coordinator'), {
  name: 'KafkaJSGroupCoordinatorNotFound',
});
const wrapped = (cause: Error): Error => Object.assign(new kafkajs.KafkaJSNonRetriableError(cause.message), { cause });

describe('a consumer that kafkajs has ended', () => {
  it('is to be opened anew where no broker knew its coordinator', () =>
    expect([missing, wrapped(missing), wrapped(wrapped(missing))].map(hasNoCoordinator)).toEqual([true, true, true]));
  it('is dead for any other reason', () =>
    expect([new Error('no'), wrapped(new Error('not allowed'))].map(hasNoCoordinator)).toEqual([false, false]));
});
