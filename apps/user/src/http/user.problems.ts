import { problem } from '@tradewind/service';

export const emailTakenProblem = () =>
  problem(409, 'email-taken', 'an account with this e-mail address exists already: log in, or use another address');
