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

class Place {
  @IsString() @Length(1, 3) readonly street!: string;
}

class Line extends Place {
  @IsInt() readonly count!: number;
  @ValidateNested() @Type(() => Place) @IsOptional() readonly at?: Place;
}

class Letter {
  @IsIn(['a', 'b']) readonly kind!: string;
  @ValidateIf((letter: Letter) => letter.kind === 'a') @IsInt() readonly weight?: number;
  @IsArray() @ArrayMaxSize(2) @ValidateNested({ each: true }) @Type(() => Line) readonly lines!: readonly Line[];
  @IsOptional() @IsInt({ each: true }) readonly numbers?: readonly number[];
  @Allow() readonly anything?: unknown;
}

const value: fc.Arbitrary<unknown> = fc.oneof(
  fc.constantFrom<unknown[]>(null, undefined, '', 'a', 'b', 'long text', 0, 1, 1.5, true, []),
  fc.array(fc.constantFrom(1, 2, 'x', null), { maxLength: 3 }),
);
const some = (fields: Record<string, fc.Arbitrary<unknown>>): fc.Arbitrary<object> =>
  fc.record(fields, { requiredKeys: [] });
const mostly = (usual: fc.Arbitrary<unknown>): fc.Arbitrary<unknown> =>
  fc.oneof({ weight: 8, arbitrary: usual }, { weight: 1, arbitrary: value });
const place = some({ street: mostly(fc.constantFrom('x', 'yy')), unknown: value });
const line = some({
  street: mostly(fc.constantFrom('x', 'yy')),
  count: mostly(fc.integer()),
  at: mostly(place),
  unknown: value,
});
const letter = some({
  kind: mostly(fc.constantFrom('a', 'b')),
  weight: mostly(fc.integer()),
  lines: mostly(fc.array(mostly(line), { maxLength: 2 })),
  numbers: value,
  anything: value,
  unknown: value,
});

/** What the libraries make of it; undefined where they find a fault. */
function byTheLibraries(cls: MessageClass, json: object): object | undefined {
  const message = plainToInstance(cls, json);
  return validateSync(message, { whitelist: true }).length > 0 ? undefined : message;
}

describe('a compiled class', () => {
  it('takes what the libraries take, refuses what they refuse, and makes the same of it', () => {
    const read = compile(Letter)!;
    let sound = 0;
    fc.assert(
      fc.property(letter, (json) => {
        const wanted = byTheLibraries(Letter, structuredClone(json));
        if (wanted) sound++;
        const got = read(structuredClone(json) as Record<string, unknown>);
        // What is undefined here is left to them.
        if (got !== undefined || wanted === undefined) expect(got).toStrictEqual(wanted);
      }),
      { numRuns: 3_000, seed: 4_711 },
    );
    expect(sound).toBeGreaterThan(300);
  });
  it('refuses what it does not know, where it is told to, within too', () => {
    const read = compile(Letter, 'rejected')!;
    const line = { street: 'x', count: 1 };
    const sound = { kind: 'b', lines: [line] };
    expect(
      [sound, { ...sound, more: 1 }, { kind: 'b', lines: [{ ...line, more: 1 }] }].map(
        (json) => read(json) !== undefined,
      ),
    ).toEqual([true, false, false]);
  });
  it('reads what is sound by itself, nested classes too', () => {
    const json = { kind: 'b', lines: [{ street: 'x', count: 1, at: { street: 'y' } }], unknown: 1 };
    const got = compile(Letter)!(json) as Letter;
    expect(got).toStrictEqual(byTheLibraries(Letter, json));
    expect([got, got.lines[0], got.lines[0]!.at].map((each) => each!.constructor)).toEqual([Letter, Line, Place]);
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
class Ruleless {
  readonly text!: string;
}

describe('a class that only the libraries understand', () => {
  it.each<MessageClass>([Transformed, Chain, Dated, Ruleless])('is left to them: %p', (cls) =>
    expect(compile(cls)).toBeUndefined(),
  );
});
