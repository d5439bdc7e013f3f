import { createHash } from 'node:crypto';
import { arrayLiteral } from './array-literal.js';
import { binaryArray } from './binary-array.js';

/** What a connection runs. Has no type of pg: a program can have the library without the types of pg. */
export interface PreparedStatement {
  readonly name: string;
  readonly text: string;
  readonly values: unknown[];
}

interface Statement {
  readonly name: string;
  /** The types of its array parameters, by index: `$2::uuid[]`. */
  readonly arrays: ReadonlyMap<number, string>;
}

const statements = new Map<string, Statement>();

function register(text: string): Statement {
  const arrays = new Map(
    [...text.matchAll(/\$(\d+)::(\w+)\[\]/g)].map(([, number, type = '']) => [Number(number) - 1, type]),
  );
  const statement = { name: `tw_${createHash('sha1').update(text).digest('base64url').slice(0, 20)}`, arrays };
  statements.set(text, statement);
  return statement;
}

const arrayOf = (type: string | undefined, values: readonly unknown[]): Buffer | string =>
  (type !== undefined && binaryArray(type, values)) || arrayLiteral(values);

/** A statement that is prepared once a connection. Arrays are sent in the format that PostgreSQL reads fastest; arrays of arrays are not supported. */
export function preparedStatement(text: string, values: readonly unknown[]): PreparedStatement {
  const { name, arrays } = statements.get(text) ?? register(text);
  return {
    name,
    text,
    values: values.map((value, at) => (Array.isArray(value) ? arrayOf(arrays.get(at), value) : value)),
  };
}
