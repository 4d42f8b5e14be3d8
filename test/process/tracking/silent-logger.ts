/** A logger for tests that look at effects, not at words. */
import type { Logger } from '../../../src/base/log.js';

const nothing = (): void => {};

export const silentLogger: Logger = {
  debug: nothing,
  info: nothing,
  notice: nothing,
  warning: nothing,
  error: nothing,
};
