import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { nothingRemembered, recall, remember } from './remembered.js';

let folder: string;
beforeAll(async () => void (folder = await mkdtemp(join(tmpdir(), 'gateway-'))));
afterAll(() => rm(folder, { recursive: true }));

const known = {
  instances: [{ instanceId: 'order-1', service: 'order', url: 'http://127.0.0.1:3004' }],
  keys: [{ kid: 'k', publicKey: 'x' }],
};

describe('a gateway that starts again', () => {
  it('recalls what it knew', async () => {
    await remember(join(folder, 'deep', 'known.json'), known);
    expect(await recall(join(folder, 'deep', 'known.json'))).toEqual(known);
    expect(await readdir(join(folder, 'deep'))).toEqual(['known.json']);
  });
  it('knows nothing where there is no file', async () =>
    expect(await recall(join(folder, 'none.json'))).toEqual(nothingRemembered));
});

describe('a file that is something else', () => {
  it.each(['', '{"instances":', '[]', 'null', '{"instances":[1],"keys":[]}', '{"instances":[],"keys":[{}]}'])(
    '%j is refused with its name',
    async (text) => {
      const file = join(folder, 'odd.json');
      await writeFile(file, text);
      await expect(recall(file)).rejects.toThrow(file);
    },
  );
});
