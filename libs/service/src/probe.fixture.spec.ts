import { randomBytes, randomUUID } from 'node:crypto';
import { Body, Controller, Get, Inject, Module, Param, Post, Query, Res, Sse, type MessageEvent } from '@nestjs/common';
import { contracts, SigningKeyAnnounced } from '@tradewind/contracts';
import { uuidv7 } from '@tradewind/kernel';
import { answer, command, Commands, insert, kafkaClient, say, table, UniqueConflict, type Command, type KafkaClient } from '@tradewind/messaging';
import { Type } from 'class-transformer';
import { ArrayMaxSize, IsIn, IsInt, IsOptional, IsString, Max, MaxLength, Min, ValidateNested } from 'class-validator';
import type { Response } from 'express';
import { exportJWK, generateKeyPair, SignJWT, type JWTHeaderParameters, type JWTPayload } from 'jose';
import { NEVER, startWith, type Observable } from 'rxjs';
import request from 'supertest';
import { DataSource, type MigrationInterface, type QueryRunner } from 'typeorm';
import { freshDatabase } from '../../../tools/platform/postgres/fresh-database.js';
import {
  Awaiting, bodyHash, CurrentUser, IdempotencyKey, PageQuery, problem, Public, readConfig, replayHeader, Roles, SealingConfig, ServiceModule, startService,
  type RunningService, type User,
} from './index.js';

export const newUuid = (): string => uuidv7(Date.now(), randomBytes(10));

export interface Note {
  readonly noteId: string;
  readonly text: string;
}
const Notes = table<Note>('notes', 'noteId', { noteId: 'uuid', text: 'text' });

export class CreateNotes1760000000001 implements MigrationInterface {
  up = (runner: QueryRunner): Promise<void> => runner.query('create table notes (note_id uuid primary key, text text not null unique)');
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

const writeNote = command('note.write', {}, ({ noteId, text }: Note) => insert(Notes, { noteId, text }).and(answer({ noteId })));
@Controller('notes')
class NotesController {
  constructor(
    @Inject(Commands) private readonly commands: Commands,
    @Inject(DataSource) private readonly dataSource: DataSource,
    @Inject(Awaiting) private readonly awaiting: Awaiting,
  ) {}

  @Public()
  @Post()
  write(@Body() { text }: WriteNote): Promise<unknown> {
    return this.commands.run(writeNote, { noteId: newUuid(), text });
  }

  @Post('once')
  async once(@CurrentUser() user: User, @IdempotencyKey() key: string, @Body() body: WriteNote, @Res({ passthrough: true }) response: Response): Promise<unknown> {
    const input = { noteId: newUuid(), text: body.text };
    const { answer, replayed } = await this.commands.once(writeNote, input, { scope: user.id, route: 'POST /notes/once', key, bodyHash: bodyHash(body) });
    replayHeader(response, replayed);
    return answer;
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
  @Sse('stream')
  stream(): Observable<MessageEvent> {
    return NEVER.pipe(startWith({ data: 'hello' }));
  }

  @Get('mine')
  mine(@CurrentUser() user: User): User {
    return user;
  }

  @Roles('admin')
  @Get('all')
  all(): string[] {
    return [];
  }

  @Public()
  @Get(':id')
  async read(@Param('id') id: string, @Query('wait') wait?: string): Promise<Note> {
    const probe = async (ids: string[]): Promise<Map<string, Note>> => {
      const rows = await this.dataSource.query<Note[]>('select note_id as "noteId", text from notes where text = any($1)', [ids]);
      return new Map(rows.map((row) => [row.text, row]));
    };
    const note = await this.awaiting.until('notes', id, probe, Number(wait ?? 0));
    if (!note) throw problem(404, 'not-found', 'there is no such note');
    return note;
  }
}

/** A signing key of the user service. */
export const keyPair = async () => {
  const { publicKey, privateKey } = await generateKeyPair('EdDSA', { crv: 'Ed25519' });
  return { kid: `key-${randomUUID()}`, publicKey: (await exportJWK(publicKey)).x!, privateKey };
};
export type Pair = Awaited<ReturnType<typeof keyPair>>;

export const now = (): string => new Date().toISOString();
export const tokenOf = (key: Pair, claims: JWTPayload = {}, header: Partial<JWTHeaderParameters> = {}): Promise<string> =>
  new SignJWT({ role: 'customer', iss: 'tradewind', aud: 'tradewind-shop', sub: newUuid(), exp: Math.floor(Date.now() / 1_000) + 60, ...claims })
    .setProtectedHeader({ alg: 'EdDSA', kid: key.kid, ...header })
    .sign(key.privateKey);

const announceKey = command('signing-key.announce', {}, (key: SigningKeyAnnounced) => say(SigningKeyAnnounced, key));

export const announcementOf = ({ kid, publicKey }: Pair): SigningKeyAnnounced => ({ kid, publicKey, announcedAt: now(), signsFrom: now() });

/** A small service on the real Kafka and PostgreSQL. */
export interface Probe {
  readonly service: string;
  readonly running: RunningService;
  readonly kafka: KafkaClient;
  /** The deployment's secret. */
  readonly secret: string;
  http(): ReturnType<typeof request>;
  run<I>(command: Command<I, unknown, Record<never, never>>, input: I): Promise<unknown>;
  announce(pair: Pair): Promise<unknown>;
  end(): Promise<void>;
}

export async function startProbe(): Promise<Probe> {
  const service = `probe-${randomBytes(4).toString('hex')}`;
  const secret = randomBytes(32).toString('base64');
  const brokers = process.env['TEST_KAFKA_BROKERS'] ?? '';
  const database = await freshDatabase();
  const kafka = kafkaClient({ brokers: brokers.split(','), clientId: 'test' });
  await kafka.provision(contracts.topics);
  const config = readConfig(SealingConfig, {
    PORT: '0', LOG_LEVEL: 'silent', INSTANCE_ID: `${service}-1`, KAFKA_BROKERS: brokers, DATABASE_URL: database.url, DATA_KEY_SECRET: secret, MIGRATIONS: 'apply',
  });
  @Module({
    imports: [ServiceModule.forRoot({ config, migrations: [CreateNotes1760000000001], messaging: { service, contracts, lockOrder: [Notes] }, sealing: true })],
    controllers: [NotesController],
  })
  class ProbeModule {}
  const running = await startService(ProbeModule, config);
  const run: Probe['run'] = (of, input) => running.app.get<Commands>(Commands).run(of, input);
  return {
    service,
    running,
    kafka,
    secret,
    http: () => request(running.url),
    run,
    announce: (pair) => run(announceKey, announcementOf(pair)),
    end: async () => {
      await running.stop();
      await kafka.close();
      await database.drop();
    },
  };
}
