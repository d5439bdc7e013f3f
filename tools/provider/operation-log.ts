import { mkdir, open, readFile, type FileHandle } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import { parseEntry, type Entry } from './entry.js';

const newline = 0x0a;

/** The log holds a line that can't be read or that contradicts the others: nobody may guess what was taken. */
export class LogDamaged extends Error {
  override readonly name = 'LogDamaged';
}

/** The end of the log was cut off in a crash. It was never answered, so it was dropped. */
export interface TornLine {
  readonly line: number;
  readonly bytes: number;
}

/**
 * The append-only log, one JSON line an operation. What is appended while a write is under way goes to the disk together with
 * one write and one fsync. After a failed write nothing settles any more: the process must end and read its log again.
 * One process a file.
 */
export class OperationLog {
  readonly #file: FileHandle;
  #waiting = '';
  #gathering = false;
  #settled: Promise<void> = Promise.resolve();
  #writes = 0;

  private constructor(file: FileHandle) {
    this.#file = file;
  }

  /** Opens or makes the file and hands every line to `each`, oldest first. Throws LogDamaged with the line's number. */
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

  /** How often lines were written and synced since the start. */
  get writes(): number {
    return this.#writes;
  }

  append(entry: Entry): void {
    this.#waiting += `${JSON.stringify(entry)}\n`;
    if (this.#gathering) return;
    this.#gathering = true;
    this.#settled = this.#settled.then(() => this.#flush());
  }

  /** Resolves when all that was appended so far would survive a loss of power. Rejects for ever once a write has failed. */
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
    const lines = this.#waiting;
    this.#waiting = '';
    this.#gathering = false;
    await this.#file.appendFile(lines);
    await this.#file.datasync();
    this.#writes++;
  }
}

async function openDurably(path: string): Promise<FileHandle> {
  const folder = dirname(resolve(path));
  await mkdir(folder, { recursive: true });
  const file = await open(path, 'a+');
  const directory = await open(folder, 'r');
  // A new file's name lives in its folder: without this sync a loss of power could take the whole log away.
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
      const why = error instanceof Error ? error.message : String(error);
      throw new LogDamaged(
        `line ${line} of ${path} can't be used: ${why}. Restore the file from a copy, or name an empty one in PROVIDER_LOG`,
      );
    }
    start = stop + 1;
  }
  if (end === bytes.length) return undefined;
  await file.truncate(end);
  await file.sync();
  return { line, bytes: bytes.length - end };
}
