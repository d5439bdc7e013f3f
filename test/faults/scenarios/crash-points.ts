import { crashPointNames, crashPoints, type CrashPointName } from '../injection/crash-points.js';
import { instruct, openSaga } from '@tradewind/operations';
import { databaseServices, describeService, type DatabaseService } from '../../../tools/services.js';
import type { Fault } from '../environment/fault.js';
import { participants } from '../environment/layouts.js';
import type { ScenarioContext } from '../environment/scenario-context.js';
import { discardPoison, poisonOneOrder, redriveOneOrder } from './poison.js';

/** The pass of a point at which the process is killed: the first, the second, or one in the middle of the work. */
const hits = [1, 2, 17] as const;

/** Others consume keys only: messages are rare. */
const consumesMuch = (service: DatabaseService): boolean => describeService(service).consumes !== undefined;

/** The services that pass the point in this scenario: only the order service has poison, redrives and timeouts. */
function servicesAt(point: CrashPointName): readonly DatabaseService[] {
  const { occasion, services } = crashPoints[point];
  if (occasion !== 'trade' && occasion !== 'start') return ['order'];
  return /^(commands|store|outbox|rows|relay)\./.test(point) ? services : services.filter(consumesMuch);
}

/** Kills processes at every crash point, in several services and at several hits. A point that is not reached is an error of this test. */
async function everyCrashPoint(context: ScenarioContext): Promise<void> {
  const random = context.random('points');
  const missed: string[] = [];
  const plan = crashPointNames.flatMap((point) =>
    random.pick(context.byExtent(1, 1, 5), servicesAt(point)).flatMap((service) =>
      random.pick(context.byExtent(1, 1, 3), hits).map((hit) => ({
        point,
        service,
        hit: crashPoints[point].occasion === 'trade' && consumesMuch(service) ? hit : 1,
      })),
    ),
  );
  const kills =
    context.extent === 'short'
      ? random.pick(
          3,
          plan.filter(({ point }) => crashPoints[point].occasion === 'trade'),
        )
      : plan;
  const otherCommands = new OtherCommands(context);
  try {
    for (const [at, { point, service, hit }] of kills.entries()) {
      const injector = context.environment.injectorOf(service);
      const instruction = injector.instruct({ do: 'kill', at: { point, hit } });
      await cause(context, point);
      const killed = await context
        .waitFor(`${point} in ${service}`, () => injector.execution(instruction), 40)
        .catch(() => undefined);
      if (killed) context.recordInjection(point);
      else missed.push(`${point} in ${service}, hit ${hit} (passed ${injector.passed().get(point) ?? 0} times)`);
      if (at % 5 === 4) context.log(`${context.fault}: ${at + 1} of ${kills.length} kills`);
      await context.waitFor('every instance is ready', () => context.shop.untilReady(5_000).then(() => true), 60);
    }
  } finally {
    await otherCommands.stop();
  }
  await discardPoison(context);
  context.note(
    `${kills.length - missed.length} of ${kills.length} kills at ${new Set(kills.map(({ point }) => point)).size} points`,
  );
  if (missed.length > 0) throw new Error(`never reached: ${missed.join('; ')}`);
}

/** Commands that buyers do not send: stock adjustments and changes of profiles. With them, every service has commands of its own. */
class OtherCommands {
  #stopped = false;
  readonly #run: Promise<void>;

  constructor(private readonly context: ScenarioContext) {
    this.#run = this.#send();
  }

  async stop(): Promise<void> {
    this.#stopped = true;
    await this.#run;
  }

  async #send(): Promise<void> {
    const { load } = this.context;
    const random = this.context.random('other commands');
    while (!this.#stopped) {
      const { productId } = random.pick(1, load.goods)[0]!;
      const { account } = random.pick(1, load.buyers)[0]!;
      const path = `/products/${productId}/stock-adjustments`;
      await load.admin.call({
        op: 'adjust-stock',
        method: 'POST',
        path,
        body: { delta: 1, reason: 'counted' },
        expect: [201],
      });
      await account.call({
        op: 'rename',
        method: 'PATCH',
        path: '/users/me',
        body: { name: `Ada ${Math.floor(random.fraction() * 1_000)}` },
        expect: [200],
      });
      await this.context.delay(300);
    }
  }
}

/** Makes the shop pass the point. */
async function cause(context: ScenarioContext, point: CrashPointName): Promise<void> {
  switch (crashPoints[point].occasion) {
    case 'trade':
      return undefined;
    case 'start':
      // Kill the relay leaders, so that other instances become leader.
      for (const service of databaseServices) context.kill(await context.relayLeaderOf(service).catch(() => service));
      return undefined;
    case 'poison':
      await poisonOneOrder(context);
      return undefined;
    case 'redrive':
      return redriveOneOrder(context);
    case 'timeout': {
      const [buyer] = context.load.buyers;
      const order = await buyer!.place({ ...buyer!.randomPurchase(), method: 'sim_slow' });
      context.load.counts.accepted++;
      const saga = await context.waitFor('the saga of the order', () =>
        openSaga(context.shop.databases, order.orderId),
      );
      return instruct(context.shop.databases, saga, 'retry', context.fault);
    }
  }
}

/** A batch that was acknowledged but not marked is published again, with the same ids. */
async function relayBetweenAckAndMark(context: ScenarioContext): Promise<void> {
  for (let times = context.byExtent(2, 9, 60); times > 0; times--) {
    const service = participants[times % participants.length]!;
    const injector = context.environment.injectorOf(service);
    const instruction = injector.instruct({ do: 'kill', at: { point: 'relay.after-ack', hit: 1 + (times % 5) } });
    await context.waitFor(`the relay of ${service} is killed`, () => injector.execution(instruction), 40);
    context.recordInjection(`relay of ${service} killed after the acknowledgement`);
    await context.waitForOrders(1);
  }
}

export const crashes: readonly Fault[] = [
  {
    id: 'F03',
    title: 'killed at every crash point',
    layout: 'usual',
    run: everyCrashPoint,
    mayLeave: [/that no outbox published|and in no outbox or archive|an inversion|a gap/],
  },
  { id: 'F04', title: 'relays killed between acknowledgement and mark', layout: 'usual', run: relayBetweenAckAndMark },
];
