import { readConfig, SealingConfig } from '@tradewind/service';

/** The cart seals addresses; it has no setting of its own. */
export class CartConfig extends SealingConfig {}

export const cartConfig = (environment: NodeJS.ProcessEnv): Readonly<CartConfig> => readConfig(CartConfig, environment);
