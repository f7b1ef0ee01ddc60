import { HonestDevice, type Habits } from './device.ts';
import { randomFrom } from './random.ts';
import { ModelServer } from './server.ts';
import { Timeline } from './timeline.ts';

const yearMs = 365.25 * 86_400_000;
const yearsPerDevice = 10;

export interface LossExperiment {
  seed: number;
  deviceYears: number;
  habits: Habits;
  retrySeconds?: number;
  /** Plays each renewal, the undisturbed ones too: slow, and the measure of the quick way. */
  isPlayedInFull?: boolean;
}

export interface LossResult {
  deviceYears: number;
  falseSignOuts: number;
  perDeviceYear: number;
  /** Why they were signed out. */
  reasons: Record<string, number>;
}

/** Honest devices alone with the server: whoever is signed out, is so falsely, and signs in again. */
export function countFalseSignOuts(experiment: LossExperiment): LossResult {
  const { seed, habits, retrySeconds } = experiment;
  const devices = Math.ceil(experiment.deviceYears / yearsPerDevice);
  const reasons: Record<string, number> = {};
  let falseSignOuts = 0;
  for (let index = 0; index < devices; index += 1) {
    const timeline = new Timeline(0);
    const world = { server: new ModelServer({ retrySeconds }), timeline, random: randomFrom(seed * 100_003 + index) };
    const signIn = () => {
      const device = new HonestDevice(world, habits, `${falseSignOuts}`, (reply) => {
        falseSignOuts += 1;
        const reason = reply.kind === 'refused' ? (reply.cause ?? reply.reason) : reply.kind;
        reasons[reason] = (reasons[reason] ?? 0) + 1;
        signIn();
      });
      if (experiment.isPlayedInFull === true) device.start();
      else device.startSkippingQuietOnes();
    };
    signIn();
    timeline.runUntil(yearsPerDevice * yearMs);
  }
  const deviceYears = devices * yearsPerDevice;
  return { deviceYears, falseSignOuts, perDeviceYear: falseSignOuts / deviceYears, reasons };
}
