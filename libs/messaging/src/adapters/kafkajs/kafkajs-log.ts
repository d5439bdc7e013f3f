import kafkajs, { type logCreator, type logLevel } from 'kafkajs';

export type KafkaLog = (level: 'warn' | 'error', message: string, detail: object) => void;

/** The same entry is logged once in this time. */
const repeatIntervalMs = 10_000;

/**
 * The log of kafkajs, reduced for operators: while a broker is unavailable kafkajs logs several times a second, each time with a stack.
 * Nothing that it logs is final, because callers get final errors, so every entry is a warning.
 */
export function quietLog(log: KafkaLog | undefined): logCreator {
  const lastLogged = new Map<string, number>();
  return () =>
    ({ log: { message, timestamp: _at, logger: _logger, stack: _stack, ...detail } }) => {
      const now = Date.now();
      if (now - (lastLogged.get(message) ?? 0) < repeatIntervalMs) return;
      if (lastLogged.size > 100) lastLogged.clear();
      lastLogged.set(message, now);
      log?.('warn', `kafkajs: ${message}`, detail);
    };
}

export const loggedFrom: logLevel = kafkajs.logLevel.WARN;
