import { asyncApi, type MessageExample } from '@tradewind/operations';
import { contracts } from '@tradewind/contracts';
import { contractsPage } from './contracts-page.js';
import { descriptions } from './descriptions.js';
import { fieldReaders } from './field-readers.js';
import { goldenRecordsOf } from './golden-records.js';
import { sagasPage } from './sagas-page.js';

/** The files of docs/contracts, by name. All are made from the descriptions of the services. */
export async function contractDocuments(): Promise<ReadonlyMap<string, string>> {
  const document = asyncApi(descriptions, {
    title: 'Tradewind shop',
    version: '1.0.0',
    description: 'Every message between the services of the shop. Written by `npm run contracts`.',
    examples: (type) => goldenRecordsOf(type).filter(isCurrent).map(exampleOf),
  });
  return new Map([
    ['asyncapi.json', `${JSON.stringify(document, null, 2)}\n`],
    ['index.html', contractsPage(descriptions, await fieldReaders())],
    ['sagas.md', sagasPage(descriptions)],
  ]);
}

type Golden = ReturnType<typeof goldenRecordsOf>[number];

const isCurrent = ({ type, version }: Golden): boolean => contracts.find(type)?.info.version === version;

const exampleOf = ({ type, version, value }: Golden): MessageExample => ({
  name: `${type}.v${version}`,
  payload: value,
});
