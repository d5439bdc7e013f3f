import { readConfig, SealingConfig } from '@tradewind/service';

/** The order service needs its database, Kafka and the secret of the data keys, and no setting of its own. */
export class OrderConfig extends SealingConfig {}

export const orderConfig = (environment: NodeJS.ProcessEnv): Readonly<OrderConfig> =>
  readConfig(OrderConfig, environment);
