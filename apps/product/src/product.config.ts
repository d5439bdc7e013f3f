import { DatabaseConfig, readConfig } from '@tradewind/service';

/** The product service needs its database and Kafka, and no setting of its own. */
export class ProductConfig extends DatabaseConfig {}

export const productConfig = (environment: NodeJS.ProcessEnv): Readonly<ProductConfig> =>
  readConfig(ProductConfig, environment);
