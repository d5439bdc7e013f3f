import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';

/** Kafka's indexes have numbers only, and ten reserved megabytes each. */
const withoutTexts = /\.(time)?index$/;

/** The files of a folder, deep, that contain one of the texts. Files that go away meanwhile contain nothing. */
export async function filesWith(folder: string, texts: readonly string[]): Promise<string[]> {
  const needles = texts.map((text) => Buffer.from(text));
  const found: string[] = [];
  for (const entry of await readdir(folder, { recursive: true, withFileTypes: true })) {
    if (!entry.isFile() || withoutTexts.test(entry.name)) continue;
    const file = join(entry.parentPath, entry.name);
    const bytes = await readFile(file).catch((error: NodeJS.ErrnoException) => {
      if (error.code === 'ENOENT') return Buffer.alloc(0);
      throw error;
    });
    if (needles.some((needle) => bytes.includes(needle))) found.push(file);
  }
  return found;
}
