/**
 * Names of the library that the language's contract promises and that are not there yet: whoever uses one hears that, not that
 * there is no such name. A name leaves this list when the library gets it (a test sees to that).
 */
export const laterNames: ReadonlySet<string> = new Set([
  // paradigms
  'active',
]);
