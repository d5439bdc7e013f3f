import 'reflect-metadata';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { Controller } from '@nestjs/common';
import { Handles, Message, nothing, topic, type Decision } from '@tradewind/messaging';
import { describeService, descriptionHash } from '@tradewind/messaging/internals';
import { IsString, MaxLength } from 'class-validator';
import { contractsCommand } from '../cli/contracts.command.js';
import type { OperatedSystem } from '../cli/operated-system.js';
import { OperatedDatabases } from '../databases/operated-databases.fixture.spec.js';

type ServiceDescription = ReturnType<typeof describeService>;

const commands = topic('payment.commands', { owner: 'order', carries: 'commands' });

/** Both services of a checkout in which the payment method has at most so many characters. */
function checkoutWith(length: number): Record<'order' | 'payment', ServiceDescription> {
  @Message({ type: 'payment.take', topic: commands, key: 'orderId' })
  class TakePayment {
    @IsString() readonly orderId!: string;
    @MaxLength(length) readonly method!: string;
  }
  @Controller()
  class TakePaymentHandler {
    @Handles(TakePayment, { load: {} })
    take(): Decision {
      return nothing();
    }
  }
  return {
    order: describeService({ service: 'order', messages: [TakePayment], controllers: [] }),
    payment: describeService({ service: 'payment', messages: [TakePayment], controllers: [TakePaymentHandler] }),
  };
}
const before = checkoutWith(40);
const after = checkoutWith(60);

describe('a deployment beside what runs', () => {
  let databases: OperatedDatabases<'order' | 'payment'>;
  const printed: string[] = [];

  beforeAll(async () => {
    databases = await OperatedDatabases.open('order', 'payment');
  }, 60_000);
  beforeEach(async () => {
    printed.length = 0;
    jest.spyOn(console, 'log').mockImplementation((line: unknown) => void printed.push(String(line)));
    for (const service of ['order', 'payment'] as const)
      await databases.sql(service, 'truncate msg_descriptions, msg_sagas');
  });
  afterEach(() => {
    jest.restoreAllMocks();
    process.exitCode = 0;
  });
  afterAll(() => databases.close());

  /** As an instance stores its description, seen so long ago. */
  const ran = (description: ServiceDescription, minutesAgo = 0): Promise<unknown> =>
    databases.sql(
      description.service as 'order' | 'payment',
      `insert into msg_descriptions (hash, description, seen_at) values ($1, $2, now() - $3 * interval '1 minute')`,
      [descriptionHash(description), JSON.stringify(description), minutesAgo],
    );
  async function deployable(checkout: Record<'order' | 'payment', ServiceDescription>, ...args: string[]) {
    const system: Pick<OperatedSystem, 'services' | 'options' | 'databases' | 'describe'> = {
      services: () => ['order', 'payment'],
      options: [],
      databases: () => databases.urls,
      describe: (service) => Promise.resolve(checkout[service as 'order']),
    };
    await contractsCommand(system as OperatedSystem).parseAsync(['deployable', ...args], { from: 'user' });
    return { exitCode: process.exitCode, printed };
  }

  it('is refused with the service to deploy first, the consumer, the type and the field', async () => {
    await ran(before.order);
    await ran(before.payment);
    expect(await deployable(after, 'order')).toEqual({
      exitCode: 1,
      printed: [
        'deploy payment first, then order: the consumer payment would dead-letter payment.take: method has the maxLength 60, and 40 is accepted',
      ],
    });
  });

  it('is accepted for the service that must be first', async () => {
    await ran(before.order);
    await ran(before.payment);
    expect(await deployable(after, 'payment')).toEqual({
      exitCode: 0,
      printed: ['payment can be deployed beside what runs, in any order.'],
    });
  });

  it('is refused while instances of both versions run, and accepted once the last old one was not seen for three minutes', async () => {
    await ran(before.payment, 1);
    await ran(after.payment);
    expect((await deployable(after, 'order')).exitCode).toBe(1);
    await databases.sql(
      'payment',
      `update msg_descriptions set seen_at = now() - interval '4 minutes' where seen_at < now() - interval '30 seconds'`,
    );
    process.exitCode = 0;
    expect((await deployable(after, 'order')).exitCode).toBe(0);
  });

  it('is compared with what ran last where nothing runs', async () => {
    await ran(before.payment, 60);
    expect((await deployable(after, 'order')).exitCode).toBe(1);
  });

  it('is accepted for a system that never ran, and says so', async () =>
    expect(await deployable(after)).toEqual({
      exitCode: 0,
      printed: ['order, payment can be deployed beside what runs, in any order.', 'Never started: order, payment.'],
    }));

  it('is refused while a saga runs whose version the checkout does not define', async () => {
    await ran(before.order);
    await databases.sql(
      'order',
      `insert into msg_sagas (id, saga, version, subject, status, state, started_at, updated_at)
       values ('a', 'place-order', 1, 'a', 'running', '{}', now(), now()), ('b', 'place-order', 1, 'b', 'completed', '{}', now(), now())`,
    );
    expect((await deployable(before, 'order')).printed).toEqual([
      'order cannot be deployed in one step: 1 instance of place-order, version 1, not ended, and the checkout does not define that version: keep its steps under "older"',
    ]);
  });

  it('prints the problems for a program', async () => {
    await ran(before.payment);
    const { printed: lines } = await deployable(after, 'order', '--json');
    expect(JSON.parse(lines.join('\n'))).toMatchObject({
      deployable: false,
      services: ['order'],
      problems: [{ service: 'order', first: 'payment', consumer: 'payment', type: 'payment.take', field: 'method' }],
    });
  });
});
