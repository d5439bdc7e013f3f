import { describe, expect, it } from '@jest/globals';
import { Type } from 'class-transformer';
import { IsInt, IsOptional, IsString, MaxLength, Min, ValidateNested } from 'class-validator';
import { Problem } from './problem.js';
import { StrictValidation } from './strict-validation.pipe.js';

class Line {
  @IsInt() @Min(1) readonly quantity!: number;
}
class WriteNote {
  @IsString() @MaxLength(5) readonly text!: string;
  @ValidateNested({ each: true }) @Type(() => Line) readonly lines: Line[] = [];
}

const validated = (body: unknown): Promise<unknown> =>
  new StrictValidation().transform(body, { type: 'body', metatype: WriteNote });
const errorsOf = async (body: unknown): Promise<unknown> =>
  validated(body).then(
    () => [],
    (error: unknown) => (error as Problem).body.errors,
  );

describe('a valid body', () => {
  it('becomes an instance of its class', async () => {
    const note = await validated({ text: 'tea', lines: [{ quantity: 2 }] });
    expect(note).toBeInstanceOf(WriteNote);
    expect(note).toEqual({ text: 'tea', lines: [{ quantity: 2 }] });
    expect((note as WriteNote).lines[0]).toBeInstanceOf(Line);
  });
});

describe('no body', () => {
  class Reason {
    @IsOptional() @IsString() readonly reason?: string;
  }
  it('is one without fields where each may be missing', async () =>
    expect(await new StrictValidation().transform(undefined, { type: 'body', metatype: Reason })).toBeInstanceOf(
      Reason,
    ));
  it('is rejected where a field is needed', async () => {
    await expect(validated(undefined)).rejects.toMatchObject({ body: { detail: 'the body is missing: send JSON' } });
  });
});

describe('an invalid body', () => {
  it.each<[string, object, string, string]>([
    ['a missing field', {}, 'text', 'is missing'],
    ['a missing nested field', { text: 'tea', lines: [{}] }, 'lines.0.quantity', 'is missing'],
    ['a text that is too long', { text: 'coffee' }, 'text', 'shorter than or equal to 5'],
    ['an unknown field', { text: 'tea', price: 1 }, 'price', 'is not a known field'],
    [
      'an invalid nested field',
      { text: 'tea', lines: [{ quantity: 0 }] },
      'lines.0.quantity',
      'must not be less than 1',
    ],
    ['an unknown nested field', { text: 'tea', lines: [{ quantity: 1, price: 1 }] }, 'lines.0.price', 'known field'],
  ])('with %s is rejected, naming the field', async (_, body, field, detail) =>
    expect(await errorsOf(body)).toEqual([{ field, detail: expect.stringContaining(detail) }]),
  );

  it('names at most 20 fields, and cuts long names', async () => {
    const body = Object.fromEntries(Array.from({ length: 100 }, (_, at) => [`${at}${'x'.repeat(200)}`, 0]));
    const errors = (await errorsOf(body)) as { field: string }[];
    expect(errors).toHaveLength(20);
    for (const { field } of errors) expect(field.length).toBeLessThan(110);
  });
});
