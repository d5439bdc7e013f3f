import { DatabaseConfig, readConfig } from '@tradewind/service';

/** Database and Kafka; no settings of its own. */
export class ProductConfig extends DatabaseConfig {}

export const productConfig = (environment: NodeJS.ProcessEnv): Readonly<ProductConfig> =>
  readConfig(ProductConfig, environment);
