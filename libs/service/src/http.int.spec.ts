import { randomBytes } from 'node:crypto';
import { Readable } from 'node:stream';
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { Body, Controller, Get, Inject, Module, Param, Post, Query, Req, type RawBodyRequest } from '@nestjs/common';
import { contracts } from '@tradewind/contracts';
import { uuidv7 } from '@tradewind/kernel';
import { answer, command, Commands, insert, kafkaClient, table, UniqueConflict } from '@tradewind/messaging';
import { eventually } from '@tradewind/testing';
import { Type } from 'class-transformer';
import { ArrayMaxSize, IsIn, IsInt, IsOptional, IsString, Max, MaxLength, Min, ValidateNested } from 'class-validator';
import type { Request } from 'express';
import supertest from 'supertest';
import type { MigrationInterface, QueryRunner } from 'typeorm';
import { request } from 'undici';
import { freshDatabase, type FreshDatabase } from '../../../tools/platform/postgres/fresh-database.js';
import {
  BodyLimit,
  DatabaseConfig,
  IdempotencyKey,
  PageQuery,
  problem,
  Public,
  readConfig,
  ServiceModule,
  startService,
  type RunningService,
} from './index.js';

interface Note {
  readonly noteId: string;
  readonly text: string;
}
const Notes = table<Note>('notes', 'noteId', { noteId: 'uuid', text: 'text' });

class CreateNotes1760000000001 implements MigrationInterface {
  up = (runner: QueryRunner): Promise<void> =>
    runner.query('create table notes (note_id uuid primary key, text text not null unique)');
  down = (runner: QueryRunner): Promise<void> => runner.query('drop table notes');
}

class Line {
  @IsInt() @Min(1) @Max(100) readonly quantity!: number;
}
class WriteNote {
  @IsString() @MaxLength(20) readonly text!: string;
  @IsOptional() @IsIn(['red', 'blue']) readonly colour?: string;
  @IsOptional() @ValidateNested({ each: true }) @Type(() => Line) @ArrayMaxSize(3) readonly lines?: Line[];
}

const writeNote = command('note.write', {}, ({ noteId, text }: Note) =>
  insert(Notes, { noteId, text }).and(answer({ noteId })),
);
@Controller('notes')
class NotesController {
  constructor(@Inject(Commands) private readonly commands: Commands) {}

  @Public()
  @Post()
  write(@Body() { text }: WriteNote): Promise<unknown> {
    return this.commands.run(writeNote, { noteId: uuidv7(Date.now(), randomBytes(10)), text });
  }

  @Post('signed')
  @Public()
  signed(@Req() request: RawBodyRequest<Request>): string {
    return request.rawBody!.toString();
  }

  @Post('short')
  @BodyLimit(64)
  @Public()
  short(@Body() { text }: WriteNote): string {
    return text;
  }

  @Post('once')
  once(@IdempotencyKey() key: string): string {
    return key;
  }

  @Public()
  @Get()
  list(@Query() query: PageQuery): PageQuery {
    return query;
  }

  @Public()
  @Get('broken')
  broken(@Query('how') how?: string): void {
    if (how === 'unique') throw new UniqueConflict('notes_pkey');
    if (how === 'known') throw problem(418, 'teapot', 'short and stout', { handle: 'here' });
    throw new Error('select secret from accounts');
  }

  @Public()
  @Get(':id')
  read(@Param('id') id: string): void {
    throw problem(404, 'not-found', `there is no note ${id}`);
  }
}

describe('a service', () => {
  let database: FreshDatabase;
  let running: RunningService;
  const http = () => supertest(running.url);

  beforeAll(async () => {
    const brokers = process.env['TEST_KAFKA_BROKERS']!;
    const kafka = kafkaClient({ brokers: brokers.split(','), clientId: 'test' });
    await kafka.provision(contracts.topics);
    await kafka.close();
    database = await freshDatabase();
    const config = readConfig(DatabaseConfig, {
      PORT: '0',
      LOG_LEVEL: 'silent',
      KAFKA_BROKERS: brokers,
      DATABASE_URL: database.url,
      MIGRATIONS: 'apply',
      SIGNING_ROOT_PUBLIC_KEY: Buffer.alloc(32, 7).toString('base64url'),
    });
    const service = `probe-${randomBytes(4).toString('hex')}`;
    @Module({
      imports: [
        ServiceModule.forRoot({
          config,
          migrations: [CreateNotes1760000000001],
          messaging: { service, contracts, lockOrder: [Notes] },
        }),
      ],
      controllers: [NotesController],
    })
    class ProbeModule {}
    running = await startService(ProbeModule, config);
  }, 60_000);
  afterAll(async () => {
    await running?.stop();
    await database?.drop();
  }, 30_000);

  describe('its operational endpoints', () => {
    it('report that it is alive', () => http().get('/healthz').expect(200, { status: 'alive' }));
    it('report that it is ready', () =>
      eventually(async () => (await http().get('/readyz')).text === JSON.stringify({ status: 'ready', degraded: [] })));
    it('are on a port of their own too', async () => {
      const operations = supertest(running.operationsUrl);
      await operations.get('/healthz').expect(200, { status: 'alive' });
      await operations.get('/readyz').expect(200);
      await operations.get('/notes').expect(404);
    });
    it("expose its metrics and the library's", async () => {
      await http().get('/notes/nothing?x=1');
      await http().get('/metrics').expect(404);
      const { text } = await supertest(running.operationsUrl).get('/metrics').expect(200);
      expect(text).toMatch(
        /tradewind_http_request_duration_seconds_count\{[^}]*route="\/notes\/:id"[^}]*status="404"\}/,
      );
      for (const name of [
        'tradewind_outbox_rows',
        'tradewind_outbox_blocked_keys',
        'tradewind_sagas_stuck',
        'tradewind_database_connections',
        'process_cpu_seconds_total',
      ])
        expect(text).toContain(name);
    });
    it('document its routes, the rules of its DTOs and its problems', async () => {
      const { body } = await http().get('/docs-json').expect(200);
      expect(Object.keys(body.paths)).toEqual(expect.arrayContaining(['/notes', '/notes/{id}', '/healthz', '/readyz']));
      expect(body.components.schemas.WriteNote).toEqual({
        type: 'object',
        additionalProperties: false,
        required: ['text'],
        properties: {
          text: { type: 'string', maxLength: 20, pattern: '^[^\\u0000]*$' },
          colour: { type: 'string', enum: ['red', 'blue'], example: 'red', nullable: true },
          lines: { type: 'array', maxItems: 3, items: { $ref: '#/components/schemas/Line' }, nullable: true },
        },
      });
      expect(body.paths['/notes'].post.responses['400'].content).toEqual({
        'application/problem+json': { schema: { $ref: '#/components/schemas/Problem' }, example: expect.anything() },
      });
      expect(body.paths['/notes/once'].post.responses).toHaveProperty('401');
      expect(body.components.schemas.Problem.required).toContain('detail');
      expect(body.paths['/notes'].post.security).toEqual([{}]);
      expect(body.paths['/notes/once'].post.parameters).toContainEqual(
        expect.objectContaining({ name: 'Idempotency-Key', in: 'header', required: true }),
      );
      expect(body.paths['/notes'].get.parameters.map(({ name }: { name: string }) => name)).toEqual([
        'limit',
        'cursor',
      ]);
      await http().get('/docs').expect(200).expect('content-type', /html/);
    });
    it('keep personal answers, answers to changes and problems out of caches', async () => {
      const cacheControl = async (path: string, method: 'get' | 'post' = 'get', authorization?: string) =>
        (
          await http()
            [method](path)
            .set(authorization ? { authorization } : {})
        ).headers['cache-control'];
      expect(await cacheControl('/notes')).toBeUndefined();
      expect(await cacheControl('/notes', 'get', 'Bearer x')).toBe('no-store');
      expect(await cacheControl('/notes', 'post')).toBe('no-store');
      expect(await cacheControl('/nowhere')).toBe('no-store');
    });
    it.each(['/healthz', '/nowhere', '/notes/broken', '/notes?limit=0'])('protect the answer to %s', async (path) =>
      expect((await http().get(path)).headers).toMatchObject({
        'x-content-type-options': 'nosniff',
        'content-security-policy': expect.any(String),
      }),
    );
    it('do not reveal the framework', async () =>
      expect((await http().get('/healthz')).headers).not.toHaveProperty('x-powered-by'));
    it('return the request id', () =>
      http().get('/healthz').set('x-request-id', 'abc-1').expect('x-request-id', 'abc-1'));
  });

  describe('with invalid input', () => {
    const post = (body: string | object) => http().post('/notes').type('json').send(body);
    it.each<[string, string | object, string]>([
      ['a field that is missing', {}, 'text'],
      ['a field that is unknown', { text: 'a', price: 1 }, 'price'],
      ['a text that is too long', { text: 'a'.repeat(21) }, 'text'],
      ['another type', { text: 1 }, 'text'],
      ['NUL', { text: 'a\0' }, 'text'],
      ['half a surrogate', '{"text":"\\ud800"}', 'text'],
      ['an infinite number', '{"text":"a","lines":[{"quantity":1e999}]}', 'lines.0.quantity'],
      ['a huge number', '{"text":"a","lines":[{"quantity":1e308}]}', 'lines.0.quantity'],
      ['a fraction', { text: 'a', lines: [{ quantity: 1.5 }] }, 'lines.0.quantity'],
      ['an unknown field inside', { text: 'a', lines: [{ quantity: 1, price: 0 }] }, 'lines.0.price'],
      ['a list for an object', [], 'text'],
    ])('answers 400 to %s, naming the field', async (_, body, field) => {
      const { body: answer } = await post(body)
        .expect(400)
        .expect('content-type', /application\/problem\+json/);
      expect(answer).toMatchObject({
        type: '/problems/invalid-request',
        status: 400,
        detail: expect.stringContaining(field),
      });
      expect(answer.errors).toContainEqual({ field, detail: expect.not.stringMatching(/^$/) });
    });
    it.each([
      ['broken JSON', '{"text":', 400],
      ['a bare value', '"text"', 400],
      ['a nesting of 5,000', `${'['.repeat(5_000)}${']'.repeat(5_000)}`, 400],
      ['300 kB', JSON.stringify({ text: 'a'.repeat(300_000) }), 413],
    ])('answers %s with a problem', async (_, body, status) => {
      const { body: answer } = await post(body)
        .expect(status)
        .expect('content-type', /application\/problem\+json/);
      expect(JSON.stringify(answer)).not.toMatch(/stack|Unexpected token/);
    });
    it('answers 415 to anything but JSON', () => http().post('/notes').type('form').send('text=a').expect(415));
    it.each(['iso-8859-1', 'utf-7', 'utf-16', '"utf-16le"', 'utf-8; charset=utf-16', ''])(
      'answers 415 to the charset %s',
      (charset) =>
        http()
          .post('/notes')
          .set('content-type', `application/json; charset=${charset}`)
          .send('{"text":"a"}')
          .expect(415),
    );
    it('answers 415 to bytes that are not UTF-8', () =>
      http()
        .post('/notes')
        .type('json')
        .serialize((body: unknown) => body as string)
        .send(Buffer.from('{"text":"ä"}', 'latin1') as never)
        .expect(415));
    it('accepts UTF-8 by its name', () =>
      http()
        .post('/notes')
        .set('content-type', 'application/json; charset="UTF-8"')
        .send('{"text":"utf"}')
        .expect(201));
    it.each([
      ['18,000 unknown fields', Object.fromEntries(Array.from({ length: 18_000 }, (_, at) => [`f${at}`, 0])), 413],
      ['101 unknown fields', Object.fromEntries(Array.from({ length: 101 }, (_, at) => [`f${at}`, 0])), 400],
      ['2,000 items', { text: 'a', lines: Array.from({ length: 2_000 }, () => 0) }, 400],
    ])('answers %s before it validates them', async (_, body, status) =>
      expect((await post(body).expect(status)).body).not.toHaveProperty('errors'),
    );
    it('answers 413 to more than the limit of the route, announced or not', async () => {
      const body = JSON.stringify({ text: 'a'.repeat(100) });
      const limited = (chunked: boolean) =>
        request(`${running.url}/notes/short`, {
          method: 'POST',
          headers: { 'content-type': 'application/json' },
          body: chunked ? Readable.from([body]) : body,
        });
      for (const chunked of [false, true]) {
        const { statusCode, body: answer } = await limited(chunked);
        expect([statusCode, await answer.json()]).toEqual([
          413,
          expect.objectContaining({ type: '/problems/body-too-large' }),
        ]);
      }
    });
    it('answers 413 to a compression bomb', () =>
      http()
        .post('/notes')
        .type('json')
        .set('content-encoding', 'gzip')
        .serialize((body: unknown) => body as string)
        .send(gzipSync(Buffer.alloc(10_000_000, ' ')) as never)
        .expect(413));
    it.each([
      ['/notes?limit=0', 'limit'],
      ['/notes?limit=1e9', 'limit'],
      ['/notes?limit=x', 'limit'],
      ['/notes?limit=1&limit=2', 'limit'],
      ['/notes?cursor=%00', 'cursor'],
      ['/notes?page=1', 'page'],
      ['/notes/a%00b', 'id'],
    ])('answers 400 to GET %s, naming %s', async (path, field) =>
      expect((await http().get(path).expect(400)).body.errors).toContainEqual(expect.objectContaining({ field })),
    );
    it("answers 400 to a path that can't be decoded", () => http().get('/notes/%E0%A4%A').expect(400));
    it('answers 400 to a body that is missing', async () =>
      expect((await http().post('/notes').expect(400)).body.detail).toBe('the body is missing: send JSON'));
    it.each<[string, string, string]>([
      ['PUT', '/notes', 'GET, HEAD, POST'],
      ['TRACE', '/notes/broken', 'GET, HEAD'],
      ['DELETE', '/notes/signed', 'POST'], // GET /notes/:id is not its route
      ['GET', '/notes/signed', 'POST'],
      ['PATCH', '/notes/a%00b', 'GET, HEAD'],
    ])('answers 405 to %s %s, with its methods', async (method, path, allow) => {
      const { statusCode, headers, body } = await request(`${running.url}${path}`, { method: method as 'PUT' });
      expect({ statusCode, allow: headers['allow'] }).toEqual({ statusCode: 405, allow });
      expect(await body.json()).toMatchObject({ type: '/problems/method-not-allowed' });
    });
    it('answers 404 to an unknown route', async () =>
      expect((await http().get('/nowhere').expect(404)).body).toMatchObject({ type: '/problems/not-found' }));
    it('keeps the original bytes of a body for its signature', async () =>
      expect((await http().post('/notes/signed').type('json').send('{ "a":  1 }').expect(201)).text).toBe(
        '{ "a":  1 }',
      ));
    it('accepts valid input', () => http().get('/notes?limit=7&cursor=abc').expect(200, { limit: 7, cursor: 'abc' }));
  });

  describe('with an internal failure', () => {
    it('reveals no details', async () => {
      const { body } = await http().get('/notes/broken').expect(500);
      expect(body).toEqual({
        type: '/problems/internal-error',
        title: 'Internal Server Error',
        status: 500,
        detail: expect.stringContaining('x-request-id'),
      });
    });
    it('answers 409 to a unique conflict', () => http().get('/notes/broken?how=unique').expect(409));
    it('answers 409 to a unique violation of the database', async () => {
      await http().post('/notes').send({ text: 'twice' }).expect(201);
      await http().post('/notes').send({ text: 'twice' }).expect(409);
    });
    it('renders a problem with its extra fields', async () =>
      expect((await http().get('/notes/broken?how=known').expect(418)).body).toMatchObject({
        type: '/problems/teapot',
        handle: 'here',
      }));
  });
});
