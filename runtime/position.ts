/** Where a run stands. */

/** What is done next: step `step` of action `action` of training `run` of stage `stage` (indices). */
export interface Position {
  readonly stage: number;
  readonly run: number;
  readonly action: number;
  readonly step: number;
  /** Where in the data it is: follows from `step`, for people. */
  readonly epoch: number;
  /** `restart`s in this training, gradient steps of this training in earlier actions, and of the whole run. */
  readonly restarts: number;
  readonly stageSteps: number;
  readonly steps: number;
  /** The variables of this training have values; the action has been announced. */
  readonly begun: boolean;
  readonly started: boolean;
}
