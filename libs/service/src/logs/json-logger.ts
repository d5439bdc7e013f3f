import { Logger, type LoggerService } from '@nestjs/common';
import { pino } from 'pino';
import type { ServiceConfig } from '../config/index.js';
import { mask, maskText } from './mask.js';

/** Nest tells every route and module at each start; whoever looks for them sets the level to debug. */
const chatter = new Set([
  'InstanceLoader',
  'NestFactory',
  'RouterExplorer',
  'RoutesResolver',
  'NestApplication',
  'NestMicroservice',
]);

type Write = (details: object, message?: string) => void;

/** Nest's logger as JSON lines on standard output. Objects among the arguments become fields; everything passes the mask. */
export class JsonLogger implements LoggerService {
  readonly #pino: pino.Logger;

  constructor(config: Pick<ServiceConfig, 'LOG_LEVEL' | 'INSTANCE_ID'>, service: string, to?: pino.DestinationStream) {
    const options: pino.LoggerOptions = {
      level: config.LOG_LEVEL,
      base: { service, instance: config.INSTANCE_ID },
      timestamp: pino.stdTimeFunctions.isoTime,
      formatters: { level: (level) => ({ level }) },
    };
    this.#pino = to ? pino(options, to) : pino(options);
  }

  log = (message: unknown, ...rest: unknown[]): void => {
    const level = chatter.has(String(rest.at(-1))) ? 'debug' : 'info';
    this.#write(this.#pino[level].bind(this.#pino), message, rest);
  };
  warn = (message: unknown, ...rest: unknown[]): void => this.#write(this.#pino.warn.bind(this.#pino), message, rest);
  error = (message: unknown, ...rest: unknown[]): void => this.#write(this.#pino.error.bind(this.#pino), message, rest);
  fatal = (message: unknown, ...rest: unknown[]): void => this.#write(this.#pino.fatal.bind(this.#pino), message, rest);
  debug = (message: unknown, ...rest: unknown[]): void => this.#write(this.#pino.debug.bind(this.#pino), message, rest);
  verbose = (message: unknown, ...rest: unknown[]): void =>
    this.#write(this.#pino.trace.bind(this.#pino), message, rest);

  /** Nest appends the context, a string, as the last argument; a stack, where one is given, comes before it. */
  #write(write: Write, message: unknown, rest: unknown[]): void {
    const fields: Record<string, unknown> = {};
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

/** From here on everything that is logged through Nest's `Logger` is JSON. */
export const logAsJson = (config: ServiceConfig, service: string): void =>
  Logger.overrideLogger(new JsonLogger(config, service));
