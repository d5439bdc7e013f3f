import { describe, expect, it } from '@jest/globals';
import { serviceNames } from '../../services.js';
import { instanceNames, planInstances } from './instances.js';
import { defaultPorts } from './processes.js';

describe('the instances of a service', () => {
  it('are numbered from the second one', () =>
    expect(instanceNames('order', 3)).toEqual(['order', 'order-2', 'order-3']));
  it('can be none', () => expect(instanceNames('order', 0)).toEqual([]));
});

describe('a plan of instances', () => {
  it('has one of each service by default, on the configured ports', async () =>
    expect(await planInstances(defaultPorts, {})).toEqual(
      serviceNames.map((service) => ({
        name: service,
        service,
        port: defaultPorts[service],
        operationsPort: expect.any(Number),
      })),
    ));

  it('has further instances on other ports', async () => {
    const plan = await planInstances(defaultPorts, { order: 3 });
    const orders = plan.filter(({ service }) => service === 'order');
    expect(orders.map(({ name }) => name)).toEqual(['order', 'order-2', 'order-3']);
    expect(new Set(plan.flatMap(({ port, operationsPort }) => [port, operationsPort])).size).toBe(2 * plan.length);
  });

  it('leaves out the running ones', async () => {
    const running = new Set([...serviceNames, 'order-2'] as string[]);
    const plan = await planInstances(defaultPorts, { order: 3 }, running);
    expect(plan.map(({ name }) => name)).toEqual(['order-3']);
  });
});
