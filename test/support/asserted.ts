/** The count behind assertions.ts. Helpers that check by waiting (and throw when it is not so) add to it. */

let count = 0;

/** Something has been checked and was so. */
export function asserted(): void {
  count++;
}

/** Checks since the last call. */
export function takeAsserted(): number {
  const taken = count;
  count = 0;
  return taken;
}
