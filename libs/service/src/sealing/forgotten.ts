/** The person's data key was destroyed: nothing can be sealed for them. */
export class Forgotten extends Error {
  override readonly name = 'Forgotten';
  constructor(userId: string) {
    super(`the user ${userId} was forgotten`);
  }
}
