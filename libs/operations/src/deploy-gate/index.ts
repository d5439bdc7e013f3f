/** Compares the services of a checkout with those that run: which of them can be deployed now, and which must be deployed before. */
export { deployProblems, problemText, type DeployProblem, type RunningService } from './deploy-problems.js';
export { runningServices } from './running-services.js';
export { rejectedValues, type RejectedValue } from './rejected-values.js';
