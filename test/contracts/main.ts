import 'reflect-metadata';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { root } from '../../tools/platform/process/paths.js';
import { contractDocuments } from './documents.js';

/* Writes docs/contracts: npm run contracts. */
const folder = join(root, 'docs/contracts');
mkdirSync(folder, { recursive: true });
const documents = await contractDocuments();
for (const [file, content] of documents) writeFileSync(join(folder, file), content);
process.stdout.write(`docs/contracts: ${[...documents.keys()].join(', ')}\n`);
