import { crashPointNames, crashPoints, type CrashPointName } from '../plant/crash-points.js';
import { instruct, openSaga } from '../../../tools/ops/operator/sagas.js';
import type { DatabaseService } from '../../../tools/platform/shop/processes.js';
import type { Fault } from '../ground/fault.js';
import type { Stage } from '../ground/stage.js';
import { discardPoison, poisonOneOrder, releaseEverything } from './poison.js';

/** Which pass of a point is the last one of its process: the first, the second, one in the middle of work. */
const hits = [1, 2, 17] as const;

/** What this scenario makes the services pass: poison, releases and deadlines only in the order service; the user service hears next to nothing. */
function servicesAt(point: CrashPointName): readonly DatabaseService[] {
  const { occasion, services } = crashPoints[point];
  if (occasion !== 'trade' && occasion !== 'start') return ['order'];
  return /^(commands|store|outbox|rows|relay)\./.test(point)
    ? services
    : services.filter((service) => service !== 'user');
}

/** Every point, in several services, each killed there at several hits; a point that was not hit is a fault of the suite. */
async function everyCrashPoint(stage: Stage): Promise<void> {
  const chance = stage.chance('points');
  const missed: string[] = [];
  const plan = crashPointNames.flatMap((point) =>
    chance
      .pick(stage.times(1, 1, 5), servicesAt(point))
      .flatMap((service) =>
        chance
          .pick(stage.times(1, 1, 3), hits)
          .map((hit) => ({
            point,
            service,
            hit: crashPoints[point].occasion === 'trade' && service !== 'user' ? hit : 1,
          })),
      ),
  );
  const shown =
    stage.extent === 'short'
      ? chance.pick(
          6,
          plan.filter(({ point }) => crashPoints[point].occasion === 'trade'),
        )
      : plan;
  const chores = new Chores(stage);
  for (const [at, { point, service, hit }] of shown.entries()) {
    const plant = stage.ground.plantOf(service);
    const order = plant.order({ do: 'kill', at: { point, hit } });
    await occasion(stage, point);
    const fired = await stage.until(`${point} in ${service}`, () => plant.fired(order), 40).catch(() => undefined);
    if (fired) stage.hit(point);
    else missed.push(`${point} in ${service}, hit ${hit}`);
    if (at % 5 === 4) stage.say(`${stage.fault}: ${at + 1} of ${shown.length} deaths`);
    await stage.until('everything to be ready', () => stage.shop.untilReady(5_000).then(() => true), 60);
  }
  await chores.end();
  await discardPoison(stage);
  stage.note(
    `${shown.length - missed.length} of ${shown.length} deaths at ${new Set(shown.map(({ point }) => point)).size} points`,
  );
  if (missed.length > 0) throw new Error(`never hit: ${missed.join('; ')}`);
}

/** What buyers do not do: goods that come in, people who change their names. So that every service has commands of its own. */
class Chores {
  #over = false;
  readonly #run: Promise<void>;

  constructor(private readonly stage: Stage) {
    this.#run = this.#work();
  }

  async end(): Promise<void> {
    this.#over = true;
    await this.#run;
  }

  async #work(): Promise<void> {
    const { load } = this.stage;
    const chance = this.stage.chance('chores');
    while (!this.#over) {
      const { productId } = chance.pick(1, load.goods)[0]!;
      const { account } = chance.pick(1, load.buyers)[0]!;
      const path = `/products/${productId}/stock-adjustments`;
      await load.admin.call({
        op: 'adjust-stock',
        method: 'POST',
        path,
        body: { delta: 1, reason: 'found one more' },
        expect: [201],
      });
      await account.call({
        op: 'rename',
        method: 'PATCH',
        path: '/users/me',
        body: { name: `Ada ${Math.floor(chance.fraction() * 1_000)}` },
        expect: [200],
      });
      await this.stage.pass(300);
    }
  }
}

/** What the shop must see for the point to be passed. */
async function occasion(stage: Stage, point: CrashPointName): Promise<void> {
  switch (crashPoints[point].occasion) {
    case 'trade':
      return undefined;
    case 'start':
      // The present leader goes, so that somebody becomes one anew.
      for (const service of ['order', 'product', 'payment', 'cart', 'user'] as const)
        stage.kill(await stage.leaderOf(service).catch(() => service));
      return undefined;
    case 'poison':
      return poisonOneOrder(stage);
    case 'release':
      await poisonOneOrder(stage);
      return releaseEverything(stage);
    case 'deadline': {
      const [buyer] = stage.load.buyers;
      const order = await buyer!.place({ ...buyer!.wish(), method: 'sim_slow' });
      stage.load.counts.accepted++;
      const saga = await stage.until('its saga', () => openSaga(stage.shop.databases, order.orderId));
      return instruct(stage.shop.databases, saga, 'retry', stage.fault);
    }
  }
}

/** What was acknowledged and not marked is published again, with the same ids. */
async function relayBetweenAckAndMark(stage: Stage): Promise<void> {
  const services = ['order', 'product', 'payment'] as const;
  for (let times = stage.times(2, 9, 60); times > 0; times--) {
    const service = services[times % services.length]!;
    const plant = stage.ground.plantOf(service);
    const order = plant.order({ do: 'kill', at: { point: 'relay.after-ack', hit: 1 + (times % 5) } });
    await stage.until(`the relay of ${service} to die`, () => plant.fired(order), 40);
    stage.hit(`relay of ${service} killed after the acknowledgement`);
    await stage.trade(1);
  }
}

export const crashes: readonly Fault[] = [
  {
    id: 'F03',
    title: 'killed at every crash point',
    layout: 'usual',
    play: everyCrashPoint,
    mayLeave: [/came from no outbox|and in no outbox or archive|an inversion|a gap/],
  },
  { id: 'F04', title: 'relays killed between acknowledgement and mark', layout: 'usual', play: relayBetweenAckAndMark },
];
