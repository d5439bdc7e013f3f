import 'reflect-metadata';
import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import {
  Catch,
  Controller,
  Injectable,
  Module,
  UseFilters,
  UseGuards,
  UseInterceptors,
  UsePipes,
  type CallHandler,
  type CanActivate,
  type ExceptionFilter,
  type ExecutionContext,
  type INestApplication,
  type NestInterceptor,
  type PipeTransform,
  type Type,
} from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { ClientProxyFactory, EventPattern, Payload, Transport } from '@nestjs/microservices';
import { eventually } from '@tradewind/testing';
import { IsString } from 'class-validator';
import { of, tap, type Observable } from 'rxjs';
import { DataSource } from 'typeorm';
import { freshDatabase, type FreshDatabase } from '../../../../tools/platform/postgres/fresh-database.js';
import { freePorts } from '../../../../tools/platform/process/ports.js';
import {
  Handles,
  kafkaClient,
  KafkaTransport,
  Message,
  MessagingModule,
  messagingMigrations,
  nothing,
  Outbox,
  topic,
  type Decision,
} from '../index.js';

const run = randomUUID().slice(0, 8);
const events = topic(`pipeline-${run}.events`, { owner: 'x', partitions: 1 });

@Message({ type: 'pipeline.tried', topic: events, key: 'id' })
class Tried {
  @IsString() readonly id!: string;
  @IsString() readonly how!: string;
}

/** What happened to each message, in order. */
const traces = new Map<string, string[]>();
const trace = (message: Tried, what: string): void =>
  void traces.set(message.id, [...(traces.get(message.id) ?? []), what]);

@Injectable()
class Guard implements CanActivate {
  canActivate(context: ExecutionContext): boolean {
    const message = context.switchToRpc().getData<Tried>();
    trace(message, `guard ${context.getType()}`);
    return message.how !== 'forbidden';
  }
}
@Injectable()
class Interceptor implements NestInterceptor {
  intercept(context: ExecutionContext, next: CallHandler): Observable<unknown> {
    const message = context.switchToRpc().getData<Tried>();
    trace(message, `before ${context.getHandler().name}`);
    return next.handle().pipe(tap({ next: () => trace(message, 'after'), error: () => trace(message, 'after error') }));
  }
}
@Injectable()
class Pipe implements PipeTransform {
  transform(message: Tried): Tried {
    if (message.how === undefined) return message; // not the payload
    trace(message, 'pipe');
    if (message.how === 'rejected by pipe') throw new RangeError('pipe');
    return { id: message.id, how: `${message.how}!` };
  }
}
@Catch(RangeError)
class Filter implements ExceptionFilter {
  catch(error: RangeError, host: Parameters<ExceptionFilter['catch']>[1]): Observable<unknown> {
    trace(host.switchToRpc().getData<Tried>(), `filter ${error.message}`);
    return of(nothing());
  }
}
const handle = (message: Tried): Decision => {
  trace(message, `handler ${message.how}`);
  if (message.how === 'throws!') throw new RangeError('handler');
  return nothing();
};

@UseGuards(Guard)
@UseInterceptors(Interceptor)
@UseFilters(Filter)
@Controller()
class OurController {
  @UsePipes(Pipe)
  @Handles(Tried, { load: {} })
  on(message: Tried): Decision {
    return handle(message);
  }
}
@UseGuards(Guard)
@UseInterceptors(Interceptor)
@UseFilters(Filter)
@Controller()
class NestController {
  @UsePipes(Pipe)
  @EventPattern('pipeline.tried')
  on(@Payload() message: Tried): Decision {
    return handle(message);
  }
}

describe('a handler with guards, pipes, interceptors and filters', () => {
  let database: FreshDatabase;
  let dataSource: DataSource;
  const apps: INestApplication[] = [];
  const start = async (module: Type, connect: (app: INestApplication) => void): Promise<INestApplication> => {
    const app = await NestFactory.create(module, { logger: false });
    connect(app);
    await app.init();
    await app.startAllMicroservices();
    apps.push(app);
    return app;
  };

  beforeAll(async () => {
    database = await freshDatabase();
    dataSource = await new DataSource({
      type: 'postgres',
      url: database.url,
      migrations: messagingMigrations,
    }).initialize();
    await dataSource.runMigrations();
  });
  afterAll(async () => {
    for (const app of apps) await app.close();
    await dataSource.destroy();
    await database.drop();
  });

  it('runs in our transport as in a transport of Nest', async () => {
    const brokers = process.env['TEST_KAFKA_BROKERS']!.split(',');
    const kafka = kafkaClient({ brokers, clientId: 'test' });
    await kafka.provision([events]);
    await kafka.close();
    const messaging = [
      MessagingModule.forRoot({
        service: `pipeline-${run}`,
        kafka: { brokers, clientId: 'x' },
        dataSource,
        log: () => undefined,
      }),
      MessagingModule.forFeature({ messages: [Tried] }),
    ];
    @Module({ imports: messaging, controllers: [OurController] })
    class OurModule {}
    @Module({ controllers: [NestController] })
    class NestModule {}
    const ours = await start(OurModule, (app) => app.connectMicroservice({ strategy: app.get(KafkaTransport) }));
    const [port = 0] = await freePorts(1);
    await start(NestModule, (app) => app.connectMicroservice({ transport: Transport.TCP, options: { port } }));
    const client = ClientProxyFactory.create({ transport: Transport.TCP, options: { port } });

    const cases = ['valid', 'throws', 'rejected by pipe', 'forbidden'];
    const outbox = ours.get(Outbox);
    for (const how of cases) {
      await outbox.transaction(dataSource.manager, (manager) =>
        outbox.publish(manager, Tried, { id: `ours ${how}`, how }),
      );
      client.emit('pipeline.tried', { id: `nest ${how}`, how });
    }
    await eventually(
      () =>
        traces.size === 8 && traces.get('ours valid')?.includes('after') && traces.get('nest valid')?.includes('after'),
    );
    await eventually(
      () =>
        traces.get('ours throws')?.includes('filter handler') && traces.get('nest throws')?.includes('filter handler'),
    );
    for (const how of cases) {
      const distinct = [...new Set(traces.get(`ours ${how}`))]; // a message that a guard rejects is retried before it is dead-lettered
      expect([how, distinct]).toEqual([how, traces.get(`nest ${how}`)]);
    }
    await client.close();
  });
});
