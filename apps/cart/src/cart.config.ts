import { readConfig, SealingConfig } from '@tradewind/service';

/** Database, Kafka and the secret of the data keys; no settings of its own. */
export class CartConfig extends SealingConfig {}

export const cartConfig = (environment: NodeJS.ProcessEnv): Readonly<CartConfig> => readConfig(CartConfig, environment);
