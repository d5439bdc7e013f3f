import 'reflect-metadata';
import { onStop, ready, send, setting } from '../environment/program.js';
import { contenderNamed } from './contenders/contender.js';
import type { TransferRequest } from './job.js';
import type { Place } from './contenders/contender.js';

/* A producer or a consumer of one contender. A producer takes requests from its parent process and answers each with its id. */
const contender = await contenderNamed(setting('CONTENDER'));
const place = JSON.parse(setting('PLACE')) as Place;
if (setting('ROLE') === 'producer') {
  const producer = await contender.startProducer(place);
  process.on('message', (request: TransferRequest) => {
    producer.transfer(request).then(
      () => send({ transferId: request.transferId }),
      (error: unknown) => send({ transferId: request.transferId, error: String(error) }),
    );
  });
  onStop(producer.close);
} else {
  const consumer = await contender.startConsumer(place);
  onStop(consumer.close);
}
ready();
