import { mkdir, open, readFile, type FileHandle } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import { parseEntry, type Entry } from './entry.js';

const newline = 0x0a;

/** A line of the log is invalid or contradicts the lines before it. */
export class LogDamaged extends Error {
  override readonly name = 'LogDamaged';
}

/** The incomplete last line after a crash. It was never answered, so it is dropped. */
export interface TornLine {
  readonly line: number;
  readonly bytes: number;
}

/**
 * The append-only log, one JSON line per operation. Entries that are appended during a write share the next write and fsync.
 * After a failed write nothing settles any more: the process must end and read its log again. One process per file.
 */
export class OperationLog {
  readonly #file: FileHandle;
  #pending = '';
  #flushScheduled = false;
  #settled: Promise<void> = Promise.resolve();
  #writes = 0;

  private constructor(file: FileHandle) {
    this.#file = file;
  }

  /** Opens or creates the file and passes every entry to `each`, oldest first. Throws LogDamaged with the line number. */
  static async open(path: string, each: (entry: Entry) => void): Promise<{ log: OperationLog; torn?: TornLine }> {
    const file = await openDurably(path);
    try {
      const torn = await replay(file, path, each);
      return { log: new OperationLog(file), ...(torn && { torn }) };
    } catch (error) {
      await file.close();
      throw error;
    }
  }

  /** Number of writes with fsync since the start. */
  get writes(): number {
    return this.#writes;
  }

  append(entry: Entry): void {
    this.#pending += `${JSON.stringify(entry)}\n`;
    if (this.#flushScheduled) return;
    this.#flushScheduled = true;
    this.#settled = this.#settled.then(() => this.#flush());
  }

  /** Resolves when all entries so far survive a power failure. Rejects for good after a failed write. */
  settled(): Promise<void> {
    return this.#settled;
  }

  async close(): Promise<void> {
    try {
      await this.#settled;
    } finally {
      await this.#file.close();
    }
  }

  async #flush(): Promise<void> {
    const lines = this.#pending;
    this.#pending = '';
    this.#flushScheduled = false;
    await this.#file.appendFile(lines);
    await this.#file.datasync();
    this.#writes++;
  }
}

async function openDurably(path: string): Promise<FileHandle> {
  const folder = dirname(resolve(path));
  await mkdir(folder, { recursive: true, mode: 0o700 });
  const file = await open(path, 'a+', 0o600);
  const directory = await open(folder, 'r');
  // The name of a new file is stored in its folder: without this sync a power failure could lose the whole log.
  await directory.sync().finally(() => directory.close());
  return file;
}

async function replay(file: FileHandle, path: string, each: (entry: Entry) => void): Promise<TornLine | undefined> {
  const bytes = await readFile(file);
  const end = bytes.lastIndexOf(newline) + 1;
  let line = 1;
  for (let start = 0; start < end; line++) {
    const stop = bytes.indexOf(newline, start);
    try {
      each(parseEntry(bytes.toString('utf8', start, stop)));
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error);
      throw new LogDamaged(
        `line ${line} of ${path} is invalid: ${reason}. Restore the file from a copy, or set PROVIDER_LOG to a new file`,
      );
    }
    start = stop + 1;
  }
  if (end === bytes.length) return undefined;
  await file.truncate(end);
  await file.sync();
  return { line, bytes: bytes.length - end };
}
