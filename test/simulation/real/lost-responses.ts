import { Transient } from '@tradewind/kernel';
import type { KafkaClient } from '@tradewind/messaging';
import { SeededRandom } from '@tradewind/simulation';
import { ProviderUnreachable, type PaymentProvider } from '../../../apps/payment/src/provider/payment-provider.js';
import { overrideMethods } from '../shop/override-methods.js';
import type { ServicePorts } from '../shop/start-service.js';

/** Probability that a send or a call to the provider is executed and its response lost, and that a transaction does not begin. */
const probability = 0.1;

/** Real ports that lose responses: the call is executed, and the caller does not know it. `onLost` is called for each. */
export function withLostResponses(ports: ServicePorts, seed: string, onLost: () => void): ServicePorts {
  const random = new SeededRandom(seed);
  const lost = (): boolean => random.happens(probability) && (onLost(), true);
  const publisher: KafkaClient['publisher'] = async () => {
    const real = await ports.kafka.publisher();
    return overrideMethods(real, {
      publish: async (records) => {
        const acknowledged = await real.publish(records);
        if (lost()) throw new Transient('the response of the broker was lost');
        return acknowledged;
      },
    });
  };
  const losing = async <T>(response: Promise<T>): Promise<T> => {
    const value = await response;
    if (lost()) throw new ProviderUnreachable('the response of the provider was lost', true);
    return value;
  };
  const provider: PaymentProvider = {
    take: (request, signal) => losing(ports.provider.take(request, signal)),
    refund: (request, signal) => losing(ports.provider.refund(request, signal)),
    find: (key, signal) => losing(ports.provider.find(key, signal)),
    void: (key, signal) => losing(ports.provider.void(key, signal)),
  };
  return {
    ...ports,
    kafka: overrideMethods(ports.kafka, { publisher }),
    provider,
    store: overrideMethods(ports.store, {
      transaction: (work) =>
        lost()
          ? Promise.reject(new Transient('the connection failed before it was used'))
          : ports.store.transaction(work),
    }),
  };
}
