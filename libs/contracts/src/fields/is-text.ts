import { ValidateBy, maxLength } from 'class-validator';

const unstorable = /\0|\p{Surrogate}/u;

/** A text of at most so many characters that every database takes: well-formed Unicode without NUL. */
export const IsText = (most: number): PropertyDecorator =>
  ValidateBy({
    name: 'isText',
    constraints: [most],
    validator: {
      validate: (value) => maxLength(value, most) && !unstorable.test(value as string),
      defaultMessage: () => `must be a text of at most ${most} characters, well-formed and without NUL`,
    },
  });
