import { describe, expect, it } from '@jest/globals';
import { mergeDocuments, type ApiDocument } from './merge-documents.js';

const head: ApiDocument = { openapi: '3.0.0', info: { title: 'Tradewind' } };
const aDocument = (path: string, schema: object): ApiDocument => ({
  paths: { [path]: { get: { schema: { $ref: '#/components/schemas/View' } } }, '/healthz': {} },
  components: { schemas: { View: schema, Problem: { type: 'object' } } },
});
const merge = (...documents: ApiDocument[]): ApiDocument =>
  mergeDocuments(
    head,
    documents.map((document, index) => ({ service: ['user', 'order'][index]!, document })),
    (path) => path !== '/healthz',
  );

describe('the documents of two services', () => {
  const merged = merge(aDocument('/users', { type: 'string' }), aDocument('/orders', { type: 'number' }));
  it('become one, with its own head', () =>
    expect(merged).toMatchObject({ openapi: '3.0.0', info: { title: 'Tradewind' } }));
  it('keep the paths that the gateway routes', () => expect(Object.keys(merged.paths!)).toEqual(['/users', '/orders']));
  it('share equal schemas', () =>
    expect(Object.keys(merged.components!['schemas']!)).toEqual(['View', 'Problem', 'order.View']));
  it('rename a different schema with the same name', () =>
    expect(merged.paths!['/orders']).toEqual({ get: { schema: { $ref: '#/components/schemas/order.View' } } }));
});

describe('a service without a document', () => {
  it('does not affect the others', () =>
    expect(Object.keys(merge({}, aDocument('/orders', {})).paths!)).toEqual(['/orders']));
});
