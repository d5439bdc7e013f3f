import { InvalidArgumentError, type Command } from 'commander';
import { kafkaClient } from '@tradewind/messaging';
import { readScale, type Scale } from '../../platform/shop/processes.js';
import { askForScale, NobodyListens } from '../../platform/shop/scale-socket.js';
import { stateFolder } from '../../platform/shop/state-folder.js';
import { idleOnes } from '../operator/idle-ones.js';
import { CannotDo } from '../operator/databases.js';
import { plural } from '../screen.js';
import { NotFound, stateDir } from '../where.js';
import { print, progress, shopCommand, shopOf, type ShopFlags } from './shop-command.js';

async function scale(wanted: Scale, flags: ShopFlags): Promise<void> {
  const folder = flags.state ?? stateDir(process.env);
  try {
    await askForScale(stateFolder(folder).scaleSocket, wanted, progress);
  } catch (error) {
    if (error instanceof NobodyListens)
      throw new NotFound(
        `no shop is running on ${folder}: start one with "npm start", or name its folder with --state`,
        { cause: error },
      );
    throw new CannotDo((error as Error).message, { cause: error });
  }
  const { instances, brokers } = shopOf(flags);
  const running = Object.keys(wanted).map((service) => ({
    service,
    instances: instances.filter((one) => one.service === service).map(({ name, url }) => ({ name, url })),
  }));
  const remarks = await remarksOn(wanted, brokers);
  print(flags, { running, remarks }, () => [...running.map((each) => lineOf(each)), ...remarks]);
}

const lineOf = ({
  service,
  instances,
}: {
  readonly service: string;
  readonly instances: readonly { readonly name: string }[];
}): string =>
  instances.length === 0
    ? `${service}: stopped`
    : `${service}: ${plural(instances.length, 'instance')} (${instances.map(({ name }) => name).join(', ')})`;

async function remarksOn(wanted: Scale, brokers: string): Promise<string[]> {
  const kafka = kafkaClient({ brokers: brokers.split(','), clientId: 'tradewind-scale' });
  try {
    return await idleOnes(kafka, wanted);
  } catch (error) {
    return [
      `Whether some will stand idle can't be told: Kafka at ${brokers} does not answer (${(error as Error).message}).`,
    ];
  } finally {
    await kafka.close();
  }
}

function parsed(text: string): Scale {
  try {
    return readScale(text, 0);
  } catch (error) {
    throw new InvalidArgumentError((error as Error).message);
  }
}

export const scaleCommand: Command = shopCommand(
  'scale',
  'Runs another number of instances of a service, in the shop that "npm start" runs. Others stay as they are.',
)
  .argument(
    '<service=n,...>',
    'as order=4,product=1; order=0 stops a service until it is given an instance again',
    parsed,
  )
  .action(scale);
