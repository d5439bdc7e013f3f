const secretKey =
  /authorization|cookie|password|secret|token|e-?mail|address|card|cvc|phone|iban|private.?key|data.?key|wrapped/i;
const masked = '[masked]';
const maxDepth = 6;
const maxLength = 8_192;
const maxItems = 50;
const maxRun = 1_024;

const passesLuhn = (digits: string): boolean => {
  let sum = 0;
  for (let at = 0; at < digits.length; at++) {
    const digit = Number(digits[digits.length - 1 - at]);
    const doubled = at % 2 === 0 ? digit : digit * 2;
    sum += doubled > 9 ? doubled - 9 : doubled;
  }
  return sum % 10 === 0;
};

/** What may hold a JWT or an address. Each matches whole runs of its characters, so that no character is read from several starts. */
const tokenRun = /[\w.-]+/g;
const addressRun = /[^\s"'<>()[\]{},;:=&?/\\]+/g;

/** From where a JWT begins: `eyJ`, and two dots behind it. */
function withoutToken(run: string): string {
  const at = run.indexOf('eyJ');
  return at < 0 || run.slice(at).split('.', 3).length < 3 ? run : `${run.slice(0, at)}${masked}`;
}

const isAddress = (run: string): boolean => /(?:@|%40)[^@%.]+\.[^@%.]/i.test(run);

/** Cut between two words, so that no part of a secret is left that is not recognised any more. */
function cut(text: string): string {
  if (text.length <= maxLength) return text;
  const end = text.lastIndexOf(' ', maxLength);
  return `${text.slice(0, end > maxLength - maxRun ? end : maxLength)}…`;
}

/** Masks passwords in URLs, bearer tokens, JWTs, e-mail addresses and card numbers in a text. Takes linear time. */
export const maskText = (text: string): string =>
  cut(text)
    .replace(/:\/\/[^\s/]+@/g, `://${masked}@`)
    .replace(/\bBearer\s+[\w.~+/=-]+/gi, `Bearer ${masked}`)
    .replace(tokenRun, withoutToken)
    .replace(addressRun, (run) => (isAddress(run) ? masked : run))
    .replace(/(?<![\w.-])\d(?:[ -]?\d){12,18}(?![\w-])/g, (number) =>
      passesLuhn(number.replace(/\D/g, '')) ? masked : number,
    );

/** An error without its parameters and its detail, in which drivers repeat the values of a row. */
const maskedError = (error: Error, depth: number): object => {
  const { code, constraint } = error as { code?: unknown; constraint?: unknown };
  return {
    type: error.name,
    message: maskText(error.message),
    ...(typeof code === 'string' || typeof code === 'number' ? { code } : {}),
    ...(typeof constraint === 'string' ? { constraint } : {}),
    stack: maskText(error.stack ?? ''),
    ...(error.cause === undefined ? {} : { cause: mask(error.cause, depth + 1) }),
  };
};

/** A copy that may be logged: secret fields and secrets in texts are masked, large values are truncated. */
export function mask(value: unknown, depth = 0): unknown {
  if (typeof value === 'string') return maskText(value);
  if (typeof value === 'bigint' || typeof value === 'symbol' || typeof value === 'function') return String(value);
  if (typeof value !== 'object' || value === null) return value;
  if (depth >= maxDepth) return '[deep]';
  if (value instanceof Error) return maskedError(value, depth);
  if (value instanceof Date) return value.toJSON();
  if (ArrayBuffer.isView(value)) return `[${value.byteLength} bytes]`;
  if (Array.isArray(value)) return value.slice(0, maxItems).map((item) => mask(item, depth + 1));
  return Object.fromEntries(
    Object.entries(value).map(([key, field]) => [key, secretKey.test(key) ? masked : mask(field, depth + 1)]),
  );
}
