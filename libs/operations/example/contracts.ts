import { writeFile } from 'node:fs/promises';
import { NestFactory } from '@nestjs/core';
import { asyncApi, asyncApiOf, describeService } from '@tradewind/operations';
import { AppModule } from './app.module.js';
import { bookings, parcels } from './features.js';

/** Of the application. It is built and not started. */
export async function writeAsyncApi(): Promise<void> {
  const app = await NestFactory.create(AppModule, { logger: false });
  const document = asyncApiOf(app, { title: 'Bookings', version: '1.4.0' });
  await writeFile('asyncapi.json', JSON.stringify(document, null, 2));
  await app.close();
}

/** Of several services, without a connection: from what their modules declare. */
export const document = asyncApi([describeService(bookings), describeService(parcels)], {
  title: 'All services',
  version: '1.4.0',
});
