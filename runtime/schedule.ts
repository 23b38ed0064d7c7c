/**
 * At which steps something happens besides the step itself. By the count of steps only, never by a clock:
 * the same run does the same things at the same steps.
 */

/** The loss is read at the first ten steps, at about 300 others, and at the last. */
const logInterval = (total: number): number => Math.max(1, Math.floor(total / 300));
export const isLogged = (done: number, total: number): boolean =>
  done <= 10 || done % logInterval(total) === 0 || done === total;

/** Variables are copied to the host, and looked at, at every log point as long as that is at most 1 MB; larger ones at least ten times. */
export const isSnapshot = (done: number, total: number, bytes: number): boolean =>
  done % (logInterval(total) * Math.min(30, Math.ceil(bytes / 1e6) || 1)) === 0 || done === total;

/** Progress: at the end of every epoch where there are 2 to 20, otherwise at ten points; not at the end, where the evaluation itself is. */
export const isProgress = (done: number, total: number, stepsPerEpoch: number): boolean => {
  if (done >= total) return false;
  const epochs = total / stepsPerEpoch;
  if (stepsPerEpoch > 0 && epochs >= 2 && epochs <= 20) return done % stepsPerEpoch === 0;
  // done is the first step at or after a tenth.
  return Math.floor((done * 10) / total) > Math.floor(((done - 1) * 10) / total);
};

/** Epochs done, with their fraction; 0 where there is no data. */
export const epochOf = (done: number, stepsPerEpoch: number): number => (stepsPerEpoch > 0 ? done / stepsPerEpoch : 0);
