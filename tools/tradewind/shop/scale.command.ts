import { InvalidArgumentError, type Command } from 'commander';
import { kafkaClient } from '@tradewind/messaging';
import { kafkaSecurityAs } from '../../kafka-users.js';
import { ShopNotFound, stateDir, type RunningShop } from '../../find-shop.js';
import { parseScale, type Scale } from '../../platform/shop/processes.js';
import { requestScale, NoShopListening } from '../../platform/shop/scale-socket.js';
import { stateFolder } from '../../platform/shop/state-folder.js';
import { OperatorError } from '@tradewind/operations';
import { command, plural, print, progress, type SystemFlags } from '@tradewind/operations/cli';
import { idleInstances } from './idle-instances.js';
import { shopOf, shopSystem } from './shop-system.js';

interface ScaledService {
  readonly service: string;
  readonly instances: readonly { readonly name: string; readonly url: string }[];
}

async function scale(wanted: Scale, flags: SystemFlags): Promise<void> {
  const folder = flags.state ?? stateDir(process.env);
  try {
    await requestScale(stateFolder(folder).scaleSocket, wanted, progress);
  } catch (error) {
    if (error instanceof NoShopListening)
      throw new ShopNotFound(
        `no shop is running on ${folder}: start one with "npm start", or name its folder with --state`,
        { cause: error },
      );
    throw new OperatorError((error as Error).message, { cause: error });
  }
  const { instances, ...connection } = shopOf(flags);
  const running = Object.keys(wanted).map((service): ScaledService => ({
    service,
    instances: instances.filter((instance) => instance.service === service).map(({ name, url }) => ({ name, url })),
  }));
  const remarks = await remarksOn(wanted, connection);
  print(flags, { running, remarks }, () => [...running.map((scaled) => lineOf(scaled)), ...remarks]);
}

const lineOf = ({ service, instances }: ScaledService): string =>
  instances.length === 0
    ? `${service}: stopped`
    : `${service}: ${plural(instances.length, 'instance')} (${instances.map(({ name }) => name).join(', ')})`;

async function remarksOn(
  wanted: Scale,
  { brokers, kafkaLogins }: Pick<RunningShop, 'brokers' | 'kafkaLogins'>,
): Promise<string[]> {
  const kafka = kafkaClient({
    brokers: brokers.split(','),
    clientId: 'tradewind-scale',
    ...kafkaSecurityAs('operator', kafkaLogins),
  });
  try {
    return await idleInstances(kafka, wanted);
  } catch (error) {
    return [
      `Whether some instances consume nothing is not known: Kafka at ${brokers} does not answer (${(error as Error).message}).`,
    ];
  } finally {
    await kafka.close();
  }
}

function parsed(text: string): Scale {
  try {
    return parseScale(text, 0);
  } catch (error) {
    throw new InvalidArgumentError((error as Error).message);
  }
}

export const scaleCommand: Command = command(
  'scale',
  'Changes the number of instances of services in the shop that "npm start" runs. Other services stay as they are.',
  shopSystem.options,
)
  .argument(
    '<service=n,...>',
    'for example order=4,product=1; order=0 stops a service until it is scaled again',
    parsed,
  )
  .action(scale);
