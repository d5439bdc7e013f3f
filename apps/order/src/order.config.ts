import { readConfig, SealingConfig } from '@tradewind/service';

/** Database, Kafka and the secret of the data keys; no settings of its own. */
export class OrderConfig extends SealingConfig {}

export const orderConfig = (environment: NodeJS.ProcessEnv): Readonly<OrderConfig> =>
  readConfig(OrderConfig, environment);
