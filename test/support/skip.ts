/** Skipping a test always says why; the reporter lists the reasons and counts them. */

const reasons = new WeakMap<object, string>();

/** Skips the running test (or all of a `before` hook's suite) with a reason a reader can act on. */
export function skip(context: Mocha.Context, reason: string): never {
  const runnable = context.test;
  if (runnable) {
    reasons.set(runnable, reason);
    if (runnable.parent) reasons.set(runnable.parent, reason);
  }
  return context.skip();
}

/** The reason given for a pending test, found on it or on the suites around it. */
export function skipReason(test: Mocha.Test): string {
  for (let at: Mocha.Suite | Mocha.Runnable | undefined = test; at; at = at.parent) {
    const reason = reasons.get(at);
    if (reason) return reason;
  }
  return 'no reason given';
}
