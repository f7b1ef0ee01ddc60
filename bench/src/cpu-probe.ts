// Loaded with --import into every server under measurement, so that all are read in the same way.
import { startSampling, stopSampling } from './profile/sampler.ts';
import { answerQuestions } from './questions.ts';

answerQuestions({
  usage: () => {
    const { user, system } = process.cpuUsage();
    return { cpuMicroseconds: user + system, rssBytes: process.memoryUsage.rss() };
  },
  startSampling,
  stopSampling,
});

// The channel must not keep a server alive that wants to stop, nor a server outlive the benchmark.
process.channel?.unref();
process.on('disconnect', () => process.exit());
