import 'reflect-metadata';
import { describe, expect, it } from '@jest/globals';
import { plainToInstance, Transform, Type } from 'class-transformer';
import {
  Allow,
  ArrayMaxSize,
  IsArray,
  IsIn,
  IsInt,
  IsOptional,
  IsString,
  Length,
  ValidateIf,
  ValidateNested,
  validateSync,
} from 'class-validator';
import fc from 'fast-check';
import { compile } from './compiled-reader.js';
import type { MessageClass } from './message.js';

class Address {
  @IsString() @Length(1, 3) readonly street!: string;
}

class Line extends Address {
  @IsInt() readonly count!: number;
  @ValidateNested() @Type(() => Address) @IsOptional() readonly address?: Address;
}

class Parcel {
  @IsIn(['a', 'b']) readonly kind!: string;
  @ValidateIf((parcel: Parcel) => parcel.kind === 'a') @IsInt() readonly weight?: number;
  @IsArray() @ArrayMaxSize(2) @ValidateNested({ each: true }) @Type(() => Line) readonly lines!: readonly Line[];
  @IsOptional() @IsInt({ each: true }) readonly numbers?: readonly number[];
  @Allow() readonly anything?: unknown;
}

const value: fc.Arbitrary<unknown> = fc.oneof(
  fc.constantFrom<unknown[]>(null, undefined, '', 'a', 'b', 'long text', 0, 1, 1.5, true, []),
  fc.array(fc.constantFrom(1, 2, 'x', null), { maxLength: 3 }),
);
const recordOf = (fields: Record<string, fc.Arbitrary<unknown>>): fc.Arbitrary<object> =>
  fc.record(fields, { requiredKeys: [] });
const mostly = (usual: fc.Arbitrary<unknown>): fc.Arbitrary<unknown> =>
  fc.oneof({ weight: 8, arbitrary: usual }, { weight: 1, arbitrary: value });
const address = recordOf({ street: mostly(fc.constantFrom('x', 'yy')), unknown: value });
const line = recordOf({
  street: mostly(fc.constantFrom('x', 'yy')),
  count: mostly(fc.integer()),
  address: mostly(address),
  unknown: value,
});
const parcel = recordOf({
  kind: mostly(fc.constantFrom('a', 'b')),
  weight: mostly(fc.integer()),
  lines: mostly(fc.array(mostly(line), { maxLength: 2 })),
  numbers: value,
  anything: value,
  unknown: value,
});

/** The message as the libraries read it; undefined when it is invalid. */
function readByLibraries(cls: MessageClass, json: object): object | undefined {
  const message = plainToInstance(cls, json);
  return validateSync(message, { whitelist: true }).length > 0 ? undefined : message;
}

describe('a compiled class', () => {
  it('accepts and rejects the same JSON as the libraries, with the same message', () => {
    const read = compile(Parcel)!;
    let valid = 0;
    fc.assert(
      fc.property(parcel, (json) => {
        const expected = readByLibraries(Parcel, structuredClone(json));
        if (expected) valid++;
        const message = read(structuredClone(json) as Record<string, unknown>);
        // An undefined message is read by the libraries.
        if (message !== undefined || expected === undefined) expect(message).toStrictEqual(expected);
      }),
      { numRuns: 3_000, seed: 4_711 },
    );
    expect(valid).toBeGreaterThan(300);
  });
  it('rejects unknown fields, nested ones too, with that option', () => {
    const read = compile(Parcel, 'rejected')!;
    const line = { street: 'x', count: 1 };
    const valid = { kind: 'b', lines: [line] };
    expect(
      [valid, { ...valid, more: 1 }, { kind: 'b', lines: [{ ...line, more: 1 }] }].map(
        (json) => read(json) !== undefined,
      ),
    ).toEqual([true, false, false]);
  });
  it('creates instances, of nested classes too', () => {
    const json = { kind: 'b', lines: [{ street: 'x', count: 1, address: { street: 'y' } }], unknown: 1 };
    const message = compile(Parcel)!(json) as Parcel;
    expect(message).toStrictEqual(readByLibraries(Parcel, json));
    expect([message, message.lines[0], message.lines[0]!.address].map((each) => each!.constructor)).toEqual([
      Parcel,
      Line,
      Address,
    ]);
  });
});

class Transformed {
  @Transform(({ value: text }: { value: string }) => text.trim()) @IsString() readonly text!: string;
}
class Chain {
  @IsOptional() @ValidateNested() @Type(() => Chain) readonly next?: Chain;
}
class Dated {
  @Type(() => Date) @Allow() readonly at!: Date;
}
class WithoutRules {
  readonly text!: string;
}

describe('a class that only the libraries support', () => {
  it.each<MessageClass>([Transformed, Chain, Dated, WithoutRules])('is not compiled: %p', (cls) =>
    expect(compile(cls)).toBeUndefined(),
  );
});
