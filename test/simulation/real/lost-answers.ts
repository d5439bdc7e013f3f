import { Transient } from '@tradewind/kernel';
import type { KafkaClient } from '@tradewind/messaging';
import { Chance } from '@tradewind/testing/simulated';
import { ProviderUnreachable, type PaymentProvider } from '../../../apps/payment/src/provider/payment-provider.js';
import { replacing } from '../shop/replacing.js';
import type { Ports } from '../shop/start-service.js';

/** How often a send, or a call to the provider, is done and its answer lost; how often a transaction never begins. */
const odds = 0.1;

/** Real ports whose answers get lost now and then: what was done is done, and whoever asked does not know. Counts how often. */
export function losingAnswers(ports: Ports, seed: string, onLost: () => void): Ports {
  const chance = new Chance(seed);
  const lost = (): boolean => chance.happens(odds) && (onLost(), true);
  const publisher: KafkaClient['publisher'] = async () => {
    const real = await ports.kafka.publisher();
    return replacing(real, {
      publish: async (records) => {
        const acknowledged = await real.publish(records);
        if (lost()) throw new Transient('the answer of the broker was lost');
        return acknowledged;
      },
    });
  };
  const answered = async <T>(answer: Promise<T>): Promise<T> => {
    const value = await answer;
    if (lost()) throw new ProviderUnreachable('the answer of the provider was lost', true);
    return value;
  };
  const provider: PaymentProvider = {
    take: (request, signal) => answered(ports.provider.take(request, signal)),
    refund: (request, signal) => answered(ports.provider.refund(request, signal)),
    find: (key, signal) => answered(ports.provider.find(key, signal)),
    void: (key, signal) => answered(ports.provider.void(key, signal)),
  };
  return {
    ...ports,
    kafka: replacing(ports.kafka, { publisher }),
    provider,
    store: replacing(ports.store, {
      transaction: (work) =>
        lost()
          ? Promise.reject(new Transient('the connection broke before it was used'))
          : ports.store.transaction(work),
    }),
  };
}
