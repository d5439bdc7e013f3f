import type { Provider } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { setting } from '../../ground/connections.js';

/** The database of a service, with tables made from its entities. Whoever closes the application closes it. */
export const database = (...entities: (new () => object)[]): Provider => ({
  provide: DataSource,
  useFactory: () =>
    new DataSource({
      type: 'postgres',
      url: setting('DATABASE_URL'),
      entities,
      synchronize: true,
      poolSize: 10,
    }).initialize(),
});
