import { createHash } from 'node:crypto';

/** An action as the log has it. */
export interface LoggedAction {
  /** JSON of everything that the hash covers: number, time, actor, address, action, subject, reason, detail, and the hash of the action before. */
  readonly content: string;
  /** SHA-256 of the content in UTF-8, as hexadecimal text. */
  readonly hash: string;
}

/** An action of an export. */
export interface ExportedAction extends LoggedAction {
  readonly service: string;
}

interface Content {
  readonly id: number;
  readonly previous: string;
}

/**
 * Checks actions in their order: each has the next number and the hash of the one before, and its hash is that of its content. It begins with the
 * first action, or, for an export of a period, with any.
 */
export class ActionChain {
  #last: { readonly id: number; readonly hash: string } | undefined;

  constructor(beginning: 'first action' | 'any action') {
    if (beginning === 'first action') this.#last = { id: 0, hash: '' };
  }

  /** The number of the last action. */
  get length(): number {
    return this.#last?.id ?? 0;
  }

  /** The hash of the last action; empty before the first one. */
  get hash(): string {
    return this.#last?.hash ?? '';
  }

  /** What does not fit, as a sentence; undefined if the action fits. */
  add({ content, hash }: LoggedAction): string | undefined {
    const { id, previous } = JSON.parse(content) as Content;
    const last = this.#last;
    if (last && id !== last.id + 1) return `action ${last.id + 1} is missing: ${id} follows ${last.id}`;
    if (last && previous !== last.hash) return `action ${id} does not follow the one before: that was changed`;
    if (createHash('sha256').update(content, 'utf8').digest('hex') !== hash) return `action ${id} was changed`;
    this.#last = { id, hash };
    return undefined;
  }
}

/** One line of JSON. The content is in it character by character, so that its hash can be computed from the line. */
export const exportLine = ({ service, content, hash }: ExportedAction): string =>
  `{"service":${JSON.stringify(service)},"hash":${JSON.stringify(hash)},"action":${content}}`;

const line = /^\{"service":"([\w-]+)","hash":"([0-9a-f]+)","action":(\{.*\})\}$/s;

/** Undefined: it is no line of an export. */
export function readExportLine(text: string): ExportedAction | undefined {
  const [, service, hash, content] = line.exec(text) ?? [];
  return service === undefined || hash === undefined || content === undefined ? undefined : { service, hash, content };
}
