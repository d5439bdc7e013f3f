import { Logger, type LoggerService } from '@nestjs/common';
import { pino } from 'pino';
import type { ProgramConfig } from '../config/index.js';
import { mask, maskText } from './mask.js';
import { spanFields } from '../http/request-fields.js';

/** Nest logs every route and module at each start; these lines get the level debug. */
const startupContexts = new Set([
  'InstanceLoader',
  'NestFactory',
  'RouterExplorer',
  'RoutesResolver',
  'NestApplication',
  'NestMicroservice',
]);

type Write = (details: object, message?: string) => void;

/** Nest's logger as JSON lines on standard output. Object arguments become fields; everything is masked. */
export class JsonLogger implements LoggerService {
  readonly #pino: pino.Logger;

  constructor(config: Pick<ProgramConfig, 'LOG_LEVEL' | 'INSTANCE_ID'>, service: string, to?: pino.DestinationStream) {
    const options: pino.LoggerOptions = {
      level: config.LOG_LEVEL,
      base: { service, instance: config.INSTANCE_ID },
      timestamp: pino.stdTimeFunctions.isoTime,
      formatters: { level: (level) => ({ level }) },
    };
    this.#pino = to ? pino(options, to) : pino(options);
  }

  log = (message: unknown, ...rest: unknown[]): void => {
    const level = startupContexts.has(String(rest.at(-1))) ? 'debug' : 'info';
    this.#write(this.#pino[level].bind(this.#pino), message, rest);
  };
  warn = (message: unknown, ...rest: unknown[]): void => this.#write(this.#pino.warn.bind(this.#pino), message, rest);
  error = (message: unknown, ...rest: unknown[]): void => this.#write(this.#pino.error.bind(this.#pino), message, rest);
  fatal = (message: unknown, ...rest: unknown[]): void => this.#write(this.#pino.fatal.bind(this.#pino), message, rest);
  debug = (message: unknown, ...rest: unknown[]): void => this.#write(this.#pino.debug.bind(this.#pino), message, rest);
  verbose = (message: unknown, ...rest: unknown[]): void =>
    this.#write(this.#pino.trace.bind(this.#pino), message, rest);

  /** Nest passes the context, a string, as the last argument, and a stack, if there is one, before it. */
  #write(write: Write, message: unknown, rest: unknown[]): void {
    const fields: Record<string, unknown> = { ...spanFields() };
    if (typeof rest.at(-1) === 'string') fields['context'] = rest.pop();
    for (const part of [message, ...rest]) {
      if (part instanceof Error) fields['error'] = mask(part);
      else if (typeof part === 'string' && part !== message) fields['stack'] = maskText(part);
      else if (typeof part === 'object' && part !== null) Object.assign(fields, mask(part));
    }
    write(
      fields,
      typeof message === 'string'
        ? maskText(message)
        : message instanceof Error
          ? maskText(message.message)
          : undefined,
    );
  }
}

/** Makes Nest's `Logger` write JSON from now on. */
export const logAsJson = (config: ProgramConfig, service: string): void =>
  Logger.overrideLogger(new JsonLogger(config, service));
